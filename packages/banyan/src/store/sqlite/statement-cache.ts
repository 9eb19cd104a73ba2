import type { DatabaseSync, StatementSync } from 'node:sqlite'

/** Statements of one generation. Two generations are kept; a service has some hundred texts, a prepared one takes a few kilobytes. */
const GENERATION_STATEMENTS_MAX = 250

/**
 * Keeps prepared statements by their text; preparing costs more than running. The least recently used go first, by generation:
 * a hit in the young one costs a single look-up.
 */
export class StatementCache {
  readonly #database: DatabaseSync
  #young = new Map<string, StatementSync>()
  #old = new Map<string, StatementSync>()

  constructor(database: DatabaseSync) {
    this.#database = database
  }

  /** Returns the prepared statement of `query`; undefined when there is none yet. */
  find(query: string): StatementSync | undefined {
    const statement = this.#young.get(query)
    if (statement) return statement
    const old = this.#old.get(query)
    if (old) this.#keep(query, old)
    return old
  }

  /** Prepares `query` and keeps it. Throws what SQLite says about a wrong one. */
  add(query: string): StatementSync {
    const statement = this.#database.prepare(query)
    this.#keep(query, statement)
    return statement
  }

  #keep(query: string, statement: StatementSync): void {
    if (this.#young.size >= GENERATION_STATEMENTS_MAX) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(query, statement)
  }
}
