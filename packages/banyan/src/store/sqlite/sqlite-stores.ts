import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { BanyanError, misuse } from '../../kernel/error.ts'
import type { OpenStore, StoreFactory } from '../factory.ts'
import { appliedMigrations, migrate } from '../sql/migrate.ts'
import { planMigrations } from '../sql/migration-plan.ts'
import type { Store } from '../store.ts'
import { ApartReader } from './apart/apart-reader.ts'
import { CommitTurns } from './commit-turns.ts'
import { createPrivateFile, prepareDirectory } from './data-directory.ts'
import { openReader, openWriter } from './open-database.ts'
import { OwnerLock } from './owner-lock.ts'
import type { SqliteConnection } from './sqlite-connection.ts'
import { migrationTarget, newestEvent } from './sqlite-schema.ts'
import { SqliteSql } from './sqlite-sql.ts'
import { SqliteStore } from './sqlite-store.ts'
import { StoreHealth } from './store-health.ts'

/** Where SQLite stores keep their files. */
export interface SqliteStoresOptions {
  /** One file per service, `<directory>/<service>.db`. Made when missing, readable by its owner only. */
  readonly directory: string
  /**
   * Opens existing files for reading only, beside a running platform or on a stopped one, and changes nothing: no lock, no migration.
   * `transaction` fails with `misuse`. Default false.
   */
  readonly readOnly?: boolean
  /**
   * Called once when the disk failed in the middle of a write or a sync. The store refuses everything from then on; the process should
   * exit and start again, which reads what really is on disk.
   */
  readonly onFatal?: (error: BanyanError) => void
}

/** What all stores of a process have together. */
interface Shared {
  readonly turns: CommitTurns
  readonly apart: ApartReader
}

/** A service's name is part of a file's name. */
const SERVICE = /^[a-z0-9][a-z0-9_-]{0,62}$/i

/**
 * Keeps each service in a SQLite file of its own, with group commit. A commit survives a power cut (class `power`); one process owns a file.
 * Example: `platform({ stores: sqliteStores({ directory: 'data' }), … })`.
 */
export function sqliteStores(options: SqliteStoresOptions): StoreFactory {
  let shared: Shared | undefined
  return {
    open(store) {
      const { clock } = store.runtime
      shared ??= { turns: new CommitTurns(clock), apart: new ApartReader(clock) }
      return options.readOnly ? openForReading(options, store, shared) : openForWriting(options, store, shared)
    },
  }
}

async function openForWriting(
  { directory, onFatal }: SqliteStoresOptions,
  { service, migrations, runtime }: OpenStore,
  { turns, apart }: Shared,
): Promise<Store> {
  const path = databasePath(directory, service)
  prepareDirectory(directory)
  const lock = OwnerLock.acquire(join(directory, service))
  const connections: SqliteConnection[] = []
  try {
    createPrivateFile(path)
    const connection = openWriter(path, runtime)
    connections.push(connection)
    await migrate(migrationTarget(connection), migrations, runtime.clock.now())
    const reader = openReader(path, runtime)
    connections.push(reader)
    const writer = { connection, lock, newest: newestEvent(connection), turns }
    return new SqliteStore({ service, runtime, reader, writer, apart, health: new StoreHealth(runtime.log, onFatal) })
  } catch (thrown) {
    for (const connection of connections) connection.close()
    lock.release()
    throw thrown
  }
}

async function openForReading(
  { directory, onFatal }: SqliteStoresOptions,
  { service, migrations, runtime }: OpenStore,
  { apart }: Shared,
): Promise<Store> {
  const path = databasePath(directory, service)
  if (!existsSync(path))
    throw new BanyanError('unavailable', `there is no ${path}; start the platform once, or name the directory of its data`)
  const reader = openReader(path, runtime)
  try {
    const books = reader.get("SELECT 1 FROM sqlite_schema WHERE name = 'banyan_migration'", [])
    if (!books) misuse(`${path} is not a database of this platform; name the directory of its data`)
    const applied = await appliedMigrations(new SqliteSql(reader, true), path)
    const [pending] = planMigrations({ where: path, dialect: 'sqlite', migrations, applied })
    if (pending)
      misuse(`${path} is older than this program: it lacks the migration "${pending.id}"; start the platform once to bring it up to date`)
    return new SqliteStore({ service, runtime, reader, apart, health: new StoreHealth(runtime.log, onFatal) })
  } catch (thrown) {
    reader.close()
    throw thrown
  }
}

function databasePath(directory: string, service: string): string {
  if (!SERVICE.test(service)) misuse(`"${service}" cannot name a file; use letters, digits, "-" and "_", at most 63`)
  return join(directory, `${service}.db`)
}
