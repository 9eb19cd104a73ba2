import { BanyanError, misuse } from '../../../kernel/error.ts'
import type { Sql, SqlValue } from '../../sql.ts'
import type { ReaderChild } from './reader-child.ts'

/** Rows of one answer at most: what people and audits page through is far below, and an answer is copied between processes. */
const ROWS_MAX = 200_000

/** SQL of a snapshot that another process holds. */
export class ApartSql implements Sql {
  readonly dialect = 'sqlite'
  readonly #child: ReaderChild
  #isOver = false

  constructor(child: ReaderChild) {
    this.#child = child
  }

  async get<R>(query: string, ...values: readonly SqlValue[]): Promise<R | undefined> {
    const [row] = await this.#ask(query, values, 1)
    return row as R | undefined
  }

  async all<R>(query: string, ...values: readonly SqlValue[]): Promise<R[]> {
    const rows = await this.#ask(query, values, ROWS_MAX + 1)
    if (rows.length > ROWS_MAX)
      throw new BanyanError('misuse', `a read apart found more than ${ROWS_MAX} rows; give the query a LIMIT, in: ${query}`)
    return rows as R[]
  }

  run(query: string): Promise<number> {
    return Promise.reject(new BanyanError('misuse', `a read cannot write; use transaction() instead, in: ${query}`))
  }

  write(query: string): void {
    misuse(`a read cannot write; use transaction() instead, in: ${query}`)
  }

  /** Refuses every later use. */
  end(): void {
    this.#isOver = true
  }

  #ask(query: string, values: readonly SqlValue[], rowsMax: number): Promise<readonly unknown[]> {
    if (this.#isOver) misuse('the read is over; await every call on it before its body returns')
    return this.#child.ask({ kind: 'all', query, values, rowsMax })
  }
}
