/** A value that both databases store alike. Booleans are 0 and 1, times are epoch milliseconds, documents are JSON text. */
export type SqlValue = string | number | null | Uint8Array

/** The databases the SQL adapters speak. */
export type Dialect = 'sqlite' | 'postgres'

/**
 * Reads a service's own tables. SQL is written once in the subset both databases share: `?` placeholders, `RETURNING`,
 * `ON CONFLICT … DO UPDATE/NOTHING`, TEXT, BIGINT, INTEGER, DOUBLE PRECISION. Integers come back as numbers.
 */
export interface SqlReader {
  readonly dialect: Dialect
  /** The first row, or undefined. */
  get<R = Record<string, SqlValue>>(query: string, ...values: readonly SqlValue[]): Promise<R | undefined>
  /** All rows. Give every query that can grow a LIMIT. */
  all<R = Record<string, SqlValue>>(query: string, ...values: readonly SqlValue[]): Promise<R[]>
}

/** Reads and writes a service's own tables within one transaction. */
export interface Sql extends SqlReader {
  /** Runs a statement; returns how many rows it changed. */
  run(query: string, ...values: readonly SqlValue[]): Promise<number>
  /**
   * Runs a statement whose answer the body does not need, not even how many rows it changed. Statements behind it see what it did, and the
   * transaction fails when it fails. **When to use** — for the last writes of a body: where the database is elsewhere, waiting costs a round trip.
   * In bulk work `await` a `run` now and then: what is written without waiting is kept in memory.
   */
  write(query: string, ...values: readonly SqlValue[]): void
}
