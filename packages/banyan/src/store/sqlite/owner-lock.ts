import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { pid } from 'node:process'
import { DatabaseSync } from 'node:sqlite'
import { BanyanError } from '../../kernel/error.ts'
import { createPrivateFile } from './private-file.ts'
import { sqliteCode } from './sqlite-error.ts'

/** A process that was just killed may take a moment to let go; longer is a process that lives. */
const WAIT_MS = 500

const SQLITE_BUSY = 5

/**
 * Makes one process the owner of a service's database. The lock is SQLite's exclusive lock on a second, empty file: the operating
 * system frees it the moment the process dies, also by `kill -9`, so nothing ever has to be cleaned up.
 */
export class OwnerLock {
  readonly #database: DatabaseSync
  readonly #pidPath: string

  private constructor(database: DatabaseSync, pidPath: string) {
    this.#database = database
    this.#pidPath = pidPath
  }

  /** Takes `<path>.lock`. Throws `unavailable` when another process, or this one, has it. */
  static acquire(path: string): OwnerLock {
    const lockPath = `${path}.lock`
    const pidPath = `${path}.pid`
    createPrivateFile(lockPath)
    const database = new DatabaseSync(lockPath, { timeout: WAIT_MS })
    try {
      database.exec('BEGIN EXCLUSIVE')
    } catch (thrown) {
      database.close()
      throw refusal(thrown, lockPath, pidPath)
    }
    createPrivateFile(pidPath)
    writeFileSync(pidPath, `${pid}\n`, { mode: 0o600 }) // only for the message
    return new OwnerLock(database, pidPath)
  }

  release(): void {
    if (!this.#database.isOpen) return
    rmSync(this.#pidPath, { force: true })
    this.#database.close()
  }
}

function refusal(thrown: unknown, lockPath: string, pidPath: string): BanyanError {
  if (sqliteCode(thrown) !== SQLITE_BUSY) {
    return new BanyanError(
      'unavailable',
      `${lockPath} cannot be locked (${(thrown as Error).message}); delete this file, it holds no data`,
      { cause: thrown },
    )
  }
  return new BanyanError(
    'unavailable',
    `${lockPath} is held by ${owner(pidPath)}: a SQLite store belongs to one process; stop that process first, ` +
      'or give this one another data directory, or use PostgreSQL to share it',
    { cause: thrown },
  )
}

function owner(pidPath: string): string {
  try {
    return `process ${readFileSync(pidPath, 'utf8').trim()}`
  } catch {
    return 'another process'
  }
}
