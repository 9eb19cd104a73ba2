import { closeSync, copyFileSync, existsSync, fsyncSync, openSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { prepareDirectory, syncDirectory } from './data-directory.ts'
import { createPrivateFile, type FileLog, tightenFile } from './private-file.ts'
import type { SqliteConnection } from './sqlite-connection.ts'

/** Copies of one service that are kept: the last upgrade can be undone, and the two before it. */
const COPIES_MAX = 3

/** Where copies are kept, beside the databases. */
const COPIES = 'before-upgrade'

/** Which copy to make. */
export interface UpgradeCopy {
  readonly directory: string
  readonly service: string
  /** Id of the first migration that follows. */
  readonly migration: string
  /** Epoch milliseconds. */
  readonly now: number
}

/**
 * Writes a complete copy of a database beside it, readable by its owner only and synced, and returns its path.
 * Throws when it cannot be written, e.g. `storage_full`: then nothing else was changed.
 */
export function copyBeforeUpgrade(connection: SqliteConnection, { directory, service, migration, now }: UpgradeCopy): string {
  const place = join(directory, COPIES)
  prepareDirectory(place)
  const time = new Date(now).toISOString().replaceAll(/[-:]|\.\d+/g, '')
  const copy = join(place, `${service}.${time}.before-${migration.replaceAll(/[^\w.-]/g, '_')}.db`)
  try {
    rmSync(copy, { force: true })
    createPrivateFile(copy) // SQLite fills an empty file, and would make one that others may read
    connection.execute(`VACUUM INTO '${copy.replaceAll("'", "''")}'`)
    syncFile(copy) // VACUUM INTO syncs nothing
    syncDirectory(place)
  } catch (thrown) {
    rmSync(copy, { force: true })
    throw thrown
  }
  return copy
}

/** Puts a copy in place of a database that no connection has open any more. */
export function restoreCopy(copy: string, path: string): void {
  const restored = `${path}.restored`
  rmSync(restored, { force: true })
  createPrivateFile(restored)
  copyFileSync(copy, restored)
  syncFile(restored)
  for (const log of [`${path}-wal`, `${path}-shm`]) rmSync(log, { force: true })
  renameSync(restored, path)
  syncDirectory(dirname(path))
}

/** Removes the oldest copies of a service beside `newest`, once that is of use. */
export function removeOldCopies(service: string, newest: string): void {
  const copies = copiesOf(dirname(newest), service).filter((copy) => copy !== newest)
  for (const copy of copies.slice(0, Math.max(0, copies.length - (COPIES_MAX - 1)))) rmSync(copy, { force: true })
}

/** Takes the rights of others from the copies of a service. */
export function tightenCopies(directory: string, service: string, log: FileLog): void {
  for (const copy of copiesOf(join(directory, COPIES), service)) tightenFile(copy, log)
}

/** Copies of one service, the oldest first. */
function copiesOf(place: string, service: string): string[] {
  if (!existsSync(place)) return []
  const names = readdirSync(place).filter((name) => name.startsWith(`${service}.`) && name.endsWith('.db'))
  return names.map((name) => join(place, name)).toSorted()
}

function syncFile(path: string): void {
  const descriptor = openSync(path, 'r+')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
