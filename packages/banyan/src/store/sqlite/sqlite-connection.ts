import { basename } from 'node:path'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { BanyanError, misuse } from '../../kernel/error.ts'
import { assertStorable } from '../../kernel/storable.ts'
import type { Runtime } from '../../kernel/runtime.ts'
import type { SqlValue } from '../sql.ts'
import type { Prepared } from './prepared.ts'
import { type SqliteFailure, sqliteFailure } from './sqlite-error.ts'
import { StatementCache } from './statement-cache.ts'

/** Statements that would end or nest the store's own transaction. */
const CONTROL = /^\s*(?:begin|commit|end|rollback|savepoint|release|attach|detach|vacuum)\b/i

/** Where the time of statements is told. */
export type StatementTiming = Pick<Runtime, 'clock' | 'work'>

/** Characters of a statement that are shown; values are never part of it. */
const SHOWN_MAX = 200

/**
 * One connection to a database file, synchronous.
 * Owns its prepared statements and remembers the first failure that reaches further than its statement, because a body may swallow it.
 */
export class SqliteConnection {
  readonly path: string
  readonly #database: DatabaseSync
  readonly #statements: StatementCache
  readonly #begin: StatementSync
  readonly #commit: StatementSync
  readonly #savepoint: StatementSync
  readonly #release: StatementSync
  readonly #rollback: StatementSync
  readonly #timing: StatementTiming | undefined
  #failure: SqliteFailure | undefined

  /** `timing`, if given, is told how long each statement held the thread. */
  constructor(database: DatabaseSync, path: string, readOnly: boolean, timing?: StatementTiming) {
    this.path = path
    this.#timing = timing
    this.#database = database
    this.#statements = new StatementCache(database)
    this.#begin = database.prepare(readOnly ? 'BEGIN' : 'BEGIN IMMEDIATE')
    this.#commit = database.prepare('COMMIT')
    this.#savepoint = database.prepare('SAVEPOINT one')
    this.#release = database.prepare('RELEASE one')
    this.#rollback = database.prepare('ROLLBACK')
  }

  /** A failure that lost the transaction under way or worse; undefined when there was none since {@link rollback}. */
  get failure(): SqliteFailure | undefined {
    return this.#failure
  }

  get(query: string, values: readonly SqlValue[]): unknown {
    const startedAt = this.#now()
    try {
      assertStorable(values, query)
      return this.#prepare(query).get(values)
    } catch (thrown) {
      throw this.#remember(thrown, query)
    } finally {
      this.#ran(startedAt, query)
    }
  }

  /** Returns all rows, or at most `rowsMax`: what is beyond is not fetched then. */
  all(query: string, values: readonly SqlValue[], rowsMax?: number): unknown[] {
    const startedAt = this.#now()
    try {
      assertStorable(values, query)
      const statement = this.#prepare(query)
      return rowsMax === undefined ? statement.all(values) : statement.some(values, rowsMax)
    } catch (thrown) {
      throw this.#remember(thrown, query)
    } finally {
      this.#ran(startedAt, query)
    }
  }

  /** Returns how many rows changed. */
  run(query: string, values: readonly SqlValue[]): number {
    const startedAt = this.#now()
    try {
      assertStorable(values, query)
      return this.#prepare(query).run(values).changes
    } catch (thrown) {
      throw this.#remember(thrown, query)
    } finally {
      this.#ran(startedAt, query)
    }
  }

  /** Inserts a row and returns its number. */
  insert(query: string, values: readonly SqlValue[]): number {
    const startedAt = this.#now()
    try {
      assertStorable(values, query)
      return this.#prepare(query).run(values).rowNumber
    } catch (thrown) {
      throw this.#remember(thrown, query)
    } finally {
      this.#ran(startedAt, query)
    }
  }

  /** Runs statements that are separated by semicolons. */
  execute(script: string): void {
    try {
      this.#database.exec(script)
    } catch (thrown) {
      throw this.#remember(thrown, script)
    }
  }

  begin(): void {
    this.#step(this.#begin, 'BEGIN')
  }
  commit(): void {
    this.#step(this.#commit, 'COMMIT')
  }
  savepoint(): void {
    this.#step(this.#savepoint, 'SAVEPOINT')
  }
  release(): void {
    this.#step(this.#release, 'RELEASE')
  }

  /** Undoes what happened since the savepoint. */
  rollbackToSavepoint(): void {
    this.execute('ROLLBACK TO one; RELEASE one')
  }

  /** Ends the transaction, if SQLite has not done so itself, and forgets a failure that it caused. */
  rollback(): void {
    if (this.#database.isTransaction) this.#step(this.#rollback, 'ROLLBACK')
    if (this.#failure?.severity === 'batch') this.#failure = undefined
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close()
  }

  /** A failed connection runs nothing more: after SQLite gave up a transaction, a further statement would commit on its own. */
  #prepare(query: string): Prepared {
    if (this.#failure) throw this.#failure.error
    const statement = this.#statements.find(query)
    if (statement) return statement
    if (CONTROL.test(query)) misuse(`the store begins and ends transactions itself; remove this statement: ${query}`)
    return this.#statements.add(query)
  }

  #step(statement: StatementSync, name: string): void {
    const startedAt = this.#now()
    try {
      statement.run()
    } catch (thrown) {
      throw this.#remember(thrown, name)
    } finally {
      this.#ran(startedAt, name)
    }
  }

  #now(): number {
    return this.#timing?.clock.monotonic() ?? 0
  }
  #ran(startedAt: number, query: string): void {
    const timing = this.#timing
    timing?.work.ran(timing.clock.monotonic() - startedAt, () => `statement on ${basename(this.path)}: ${shown(query)}`)
  }

  #remember(thrown: unknown, query: string): Error {
    if (thrown instanceof BanyanError) return thrown
    const failure = sqliteFailure(thrown, this.path, query)
    if (failure.severity !== 'statement') this.#failure ??= failure
    return failure.error
  }
}

function shown(query: string): string {
  return query.replaceAll(/\s+/g, ' ').trim().slice(0, SHOWN_MAX)
}
