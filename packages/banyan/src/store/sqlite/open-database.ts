import { statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { BanyanError } from '../../kernel/error.ts'
import { damaged, sqliteFailure } from './sqlite-error.ts'
import { SqliteConnection, type StatementTiming } from './sqlite-connection.ts'

/** Another program that looks at the file, e.g. a backup, may hold it for a moment. */
const BUSY_TIMEOUT_MS = 5_000

/** Pages of 4 KiB after which SQLite moves the log into the database file: long enough to write a busy page once, short enough to take milliseconds. */
const CHECKPOINT_PAGES = 2_000

/** A log that grew behind a slow reader is cut back to this size at the next checkpoint. */
const LOG_BYTES_MAX = 32 * 1024 * 1024

/** Larger files are not read through at start: it would take seconds. Their damage is found when it is met. */
const FULL_CHECK_BYTES_MAX = 8 * 1024 * 1024

const PRAGMAS = `
PRAGMA synchronous = FULL;
PRAGMA temp_store = MEMORY;
PRAGMA cache_size = -2000;
PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES};
PRAGMA journal_size_limit = ${LOG_BYTES_MAX};`

/** Opens the writing connection. Throws `data_damaged` when the file is damaged or not a database (S10). */
export function openWriter(path: string, timing?: StatementTiming): SqliteConnection {
  return opened(path, false, timing, (database) => {
    const mode = database.prepare('PRAGMA journal_mode = WAL').get()?.['journal_mode']
    if (mode !== 'wal')
      throw new BanyanError('unavailable', `the disk of ${path} cannot hold a write-ahead log; choose a local disk, not a network share`)
    database.exec(PRAGMAS)
    refuseDamage(database, path)
  })
}

/** Opens a connection that cannot write. Throws `unavailable` when there is no such file, `data_damaged` when it is damaged. */
export function openReader(path: string, timing?: StatementTiming): SqliteConnection {
  return opened(path, true, timing, (database) => database.exec('PRAGMA temp_store = MEMORY; SELECT COUNT(*) FROM sqlite_schema'))
}

function opened(
  path: string,
  readOnly: boolean,
  timing: StatementTiming | undefined,
  prepare: (database: DatabaseSync) => void,
): SqliteConnection {
  let database: DatabaseSync | undefined
  try {
    database = new DatabaseSync(path, { readOnly, timeout: BUSY_TIMEOUT_MS, enableForeignKeyConstraints: true })
    prepare(database)
    return new SqliteConnection(database, path, readOnly, timing)
  } catch (thrown) {
    if (database?.isOpen) database.close()
    throw thrown instanceof BanyanError ? thrown : sqliteFailure(thrown, path, 'open').error
  }
}

function refuseDamage(database: DatabaseSync, path: string): void {
  if (statSync(path).size > FULL_CHECK_BYTES_MAX) return
  const answer = database.prepare('PRAGMA quick_check(1)').get()?.['quick_check']
  if (answer !== 'ok') throw new BanyanError('data_damaged', damaged(path, String(answer)))
}
