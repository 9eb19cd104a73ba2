import { BanyanError } from '../../kernel/error.ts'

/**
 * How far an error of SQLite reaches. `statement`: only this statement did nothing. `batch`: the transaction on the connection is lost.
 * `fatal`: what is on disk can no longer be trusted to this process; it must stop and open the file again.
 */
export type SqliteSeverity = 'statement' | 'batch' | 'fatal'

/** An error of SQLite in the toolkit's words. */
export interface SqliteFailure {
  readonly error: BanyanError
  readonly severity: SqliteSeverity
}

/** Primary result codes (sqlite.org/rescode.html); the extended ones carry them in their lower eight bits. */
const CODE = {
  error: 1,
  busy: 5,
  locked: 6,
  noMemory: 7,
  readOnly: 8,
  interrupt: 9,
  ioError: 10,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  constraint: 19,
  notADatabase: 26,
} as const

/** Returns SQLite's primary result code of an error; undefined when it is not one of SQLite's. */
export function sqliteCode(thrown: unknown): number | undefined {
  const code = (thrown as { errcode?: unknown } | undefined)?.errcode
  return typeof code === 'number' ? code & 0xff : undefined
}

/** Puts an error of node:sqlite into the toolkit's words. `path` names the file, `query` the statement. */
export function sqliteFailure(thrown: unknown, path: string, query: string): SqliteFailure {
  const reason = thrown instanceof Error ? thrown.message : String(thrown)
  const fail = (severity: SqliteSeverity, code: string, message: string): SqliteFailure => ({
    severity,
    // a write that failed half-way may be on disk all the same
    error: new BanyanError(code, message, severity === 'fatal' ? { cause: thrown, retry: 'unknown' } : { cause: thrown }),
  })
  switch (sqliteCode(thrown)) {
    case undefined:
      return fail('statement', 'misuse', `${reason}; values are texts, numbers, null or bytes (write booleans as 0 and 1), in: ${query}`)
    case CODE.error:
      return fail('statement', 'misuse', `${reason}, in: ${query}`)
    case CODE.readOnly:
      return fail('statement', 'misuse', `a read cannot write; use transaction() instead, in: ${query}`)
    case CODE.full:
      return fail('batch', 'storage_full', `the disk that holds ${path} is full; nothing was changed; free some space and try again`)
    case CODE.busy:
    case CODE.locked:
      return fail('batch', 'unavailable', `${path} is locked by another program; nothing was changed; close that program and try again`)
    case CODE.noMemory:
    case CODE.interrupt:
      return fail('batch', 'unavailable', `${path} could not finish the transaction (${reason}); nothing was changed; try again`)
    case CODE.ioError:
    case CODE.cannotOpen:
      return fail('fatal', 'unavailable', `${path} cannot be read or written (${reason}); check the disk, then start the process again`)
    case CODE.corrupt:
    case CODE.notADatabase:
      return fail('fatal', 'data_damaged', damaged(path, reason))
    default:
      return fail('statement', 'internal', `the database refused a statement: ${reason}`)
  }
}

/** Says that a file is damaged and what to do. */
export function damaged(path: string, reason: string): string {
  return (
    `${path} is damaged or not a database of this platform (${reason.replaceAll(/\s+/g, ' ')}); nothing was changed; ` +
    `move it and its -wal and -shm files away, and restore a backup in their place`
  )
}
