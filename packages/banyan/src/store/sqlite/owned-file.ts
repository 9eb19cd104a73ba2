import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { misuse } from '../../kernel/error.ts'
import type { OpenStore } from '../factory.ts'
import { pendingMigrations } from '../sql/migrate.ts'
import { prepareDirectory } from './data-directory.ts'
import { openReader, openWriter } from './open-database.ts'
import { OwnerLock } from './owner-lock.ts'
import { createPrivateFile } from './private-file.ts'
import type { SqliteConnection } from './sqlite-connection.ts'
import { migrationTarget } from './sqlite-schema.ts'
import { tightenCopies } from './upgrade-copies.ts'

/** A service's file that this process owns, with its writing connection. */
export interface OwnedFile {
  readonly path: string
  readonly lock: OwnerLock
  readonly connection: SqliteConnection
  /** Closes the connection and lets the file go. */
  close(): void
}

/** A service's name is part of a file's name. */
const SERVICE = /^[a-z0-9][a-z0-9_-]{0,62}$/i

/** Names a service's file. Throws `misuse` when its name cannot be one. */
export function databasePath(directory: string, service: string): string {
  if (!SERVICE.test(service)) misuse(`"${service}" cannot name a file; use letters, digits, "-" and "_", at most 63`)
  return join(directory, `${service}.db`)
}

/** Makes a service's file unless it is there, and becomes its owner. Throws `unavailable` or `data_damaged` with what to do. */
export function openOwnedFile(directory: string, { service, runtime }: Pick<OpenStore, 'service' | 'runtime'>): OwnedFile {
  const path = databasePath(directory, service)
  prepareDirectory(directory)
  const lock = OwnerLock.acquire(join(directory, service))
  try {
    createPrivateFile(path, runtime.log)
    tightenCopies(directory, service, runtime.log)
    const connection = openWriter(path, runtime)
    const close = (): void => {
      connection.close()
      lock.release()
    }
    return { path, lock, connection, close }
  } catch (thrown) {
    lock.release()
    throw thrown
  }
}

/** Whether a service's file lacks migrations. Only reads, and needs not own the file. Throws `data_newer` or `misuse` as an upgrade would. */
export async function needsUpgrade(directory: string, { service, migrations, runtime }: OpenStore): Promise<boolean> {
  const path = databasePath(directory, service)
  if (!existsSync(path) || statSync(path).size === 0) return true
  const connection = openReader(path, runtime)
  try {
    return (await pendingMigrations(migrationTarget(connection), migrations)).length > 0
  } finally {
    connection.close()
  }
}
