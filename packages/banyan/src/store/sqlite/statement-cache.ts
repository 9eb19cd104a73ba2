import type { DatabaseSync } from 'node:sqlite'
import { Prepared } from './prepared.ts'

/** Statements of one generation. Two generations are kept; a service has some hundred texts, a prepared one takes a few kilobytes. */
const GENERATION_STATEMENTS_MAX = 250

/**
 * Keeps prepared statements by their text; preparing costs more than running. The least recently used go first, by generation:
 * a hit in the young one costs a single look-up.
 */
export class StatementCache {
  readonly #database: DatabaseSync
  #young = new Map<string, Prepared>()
  #old = new Map<string, Prepared>()

  constructor(database: DatabaseSync) {
    this.#database = database
  }

  /** Returns the prepared statement of `query`; undefined when there is none yet. */
  find(query: string): Prepared | undefined {
    const statement = this.#young.get(query)
    if (statement) return statement
    const old = this.#old.get(query)
    if (old) this.#keep(query, old)
    return old
  }

  /** Prepares `query` and keeps it. Throws what SQLite says about a wrong one. */
  add(query: string): Prepared {
    const statement = new Prepared(this.#database, query)
    this.#keep(query, statement)
    return statement
  }

  #keep(query: string, statement: Prepared): void {
    if (this.#young.size >= GENERATION_STATEMENTS_MAX) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(query, statement)
  }
}
