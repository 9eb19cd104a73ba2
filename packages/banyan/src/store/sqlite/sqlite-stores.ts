import { existsSync } from 'node:fs'
import { BanyanError, misuse } from '../../kernel/error.ts'
import type { OpenStore, StoreFactory } from '../factory.ts'
import { pendingMigrations, upgradeRefused } from '../sql/migrate.ts'
import type { Store } from '../store.ts'
import { ApartReader } from './apart/apart-reader.ts'
import { CommitTurns } from './commit-turns.ts'
import { openReader } from './open-database.ts'
import { databasePath, needsUpgrade, openOwnedFile, type OwnedFile } from './owned-file.ts'
import type { SqliteConnection } from './sqlite-connection.ts'
import { migrationTarget, newestEvent } from './sqlite-schema.ts'
import { SqliteStore } from './sqlite-store.ts'
import { StoreHealth } from './store-health.ts'
import { type UpgradeFile, upgradeFiles } from './upgrade.ts'
import { watchFile } from './watched-file.ts'
import type { Sql } from '../sql.ts'

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

/**
 * Keeps each service in a SQLite file of its own, with group commit. A commit survives a power cut (class `power`); one process owns a file.
 * Example: `startPlatform(shop, { …, stores: sqliteStores({ directory: 'data' }) })`.
 */
export function sqliteStores(options: SqliteStoresOptions): StoreFactory<Sql> {
  let shared: Shared | undefined
  return {
    offer: () => ({ adapter: 'sqlite', engines: ['sql'] }),
    upgrade: (stores, ready) => upgrade(options, stores, ready),
    open(store) {
      const { clock } = store.runtime
      shared ??= { turns: new CommitTurns(clock), apart: new ApartReader(clock) }
      return options.readOnly ? openForReading(options, store, shared) : openForWriting(options, store, shared)
    },
  }
}

/** Opens the files that lack something, and no others: at most starts there are none. */
async function upgrade(
  { directory, readOnly }: SqliteStoresOptions,
  stores: readonly OpenStore[],
  ready: (() => Promise<void>) | undefined,
): Promise<void> {
  if (readOnly) return ready?.()
  const files: (UpgradeFile & OwnedFile)[] = []
  try {
    for (const store of stores) {
      const isDue = await needsUpgrade(directory, store).catch((thrown: unknown) => Promise.reject(upgradeRefused(store.service, thrown)))
      if (isDue) files.push({ store, ...openOwnedFile(directory, store) })
    }
    await upgradeFiles(directory, files, ready)
  } finally {
    for (const { close } of files) close()
  }
}

async function openForWriting(
  { directory, onFatal }: SqliteStoresOptions,
  store: OpenStore,
  { turns, apart }: Shared,
): Promise<Store<Sql>> {
  const { service, runtime } = store
  const { path, lock, connection, close } = openOwnedFile(directory, store)
  let reader: SqliteConnection | undefined
  try {
    await upgradeFiles(directory, [{ store, connection }])
    reader = openReader(path, runtime)
    const writer = { connection, lock, newest: newestEvent(connection), turns }
    return new SqliteStore({
      service,
      runtime,
      reader,
      writer,
      apart,
      file: watchFile(path),
      health: new StoreHealth(runtime.log, onFatal),
    })
  } catch (thrown) {
    reader?.close()
    close()
    throw thrown
  }
}

async function openForReading(
  { directory, onFatal }: SqliteStoresOptions,
  { service, migrations, runtime }: OpenStore,
  { apart }: Shared,
): Promise<Store<Sql>> {
  const path = databasePath(directory, service)
  if (!existsSync(path))
    throw new BanyanError('unavailable', `there is no ${path}; start the platform once, or name the directory of its data`)
  const reader = openReader(path, runtime)
  try {
    const target = migrationTarget(reader)
    if (!(await target.hasBooks())) misuse(`${path} is not a database of this platform; name the directory of its data`)
    const [pending] = await pendingMigrations(target, migrations)
    if (pending)
      misuse(`${path} is older than this program: it lacks the migration "${pending.id}"; start the platform once to bring it up to date`)
    return new SqliteStore({ service, runtime, reader, apart, health: new StoreHealth(runtime.log, onFatal) })
  } catch (thrown) {
    reader.close()
    throw thrown
  }
}
