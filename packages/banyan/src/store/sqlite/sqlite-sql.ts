import { misuse } from '../../kernel/error.ts'
import type { Sql, SqlValue } from '../sql.ts'
import type { SqliteConnection } from './sqlite-connection.ts'

/** SQL of one transaction or snapshot. After {@link end} every use throws, so that a forgotten `await` cannot write into another's transaction. */
export class SqliteSql implements Sql {
  readonly dialect = 'sqlite'
  readonly #connection: SqliteConnection
  readonly #readOnly: boolean
  #ended: string | undefined
  #failure: unknown

  constructor(connection: SqliteConnection, readOnly: boolean) {
    this.#connection = connection
    this.#readOnly = readOnly
  }

  /** The first error of a statement. It dooms the transaction even when the body catches it, as it does on PostgreSQL. */
  get failure(): unknown {
    return this.#failure
  }

  async get<R>(query: string, ...values: readonly SqlValue[]): Promise<R | undefined> {
    this.assertUsable()
    try {
      return this.#connection.get(query, values) as R | undefined
    } catch (thrown) {
      throw (this.#failure = thrown)
    }
  }

  async all<R>(query: string, ...values: readonly SqlValue[]): Promise<R[]> {
    this.assertUsable()
    try {
      return this.#connection.all(query, values) as R[]
    } catch (thrown) {
      throw (this.#failure = thrown)
    }
  }

  async run(query: string, ...values: readonly SqlValue[]): Promise<number> {
    this.assertUsable()
    if (this.#readOnly) misuse(`a read cannot write; use transaction() instead, in: ${query}`)
    try {
      return this.#connection.run(query, values)
    } catch (thrown) {
      throw (this.#failure = thrown)
    }
  }

  write(query: string, ...values: readonly SqlValue[]): void {
    this.assertUsable()
    if (this.#readOnly) misuse(`a read cannot write; use transaction() instead, in: ${query}`)
    try {
      this.#connection.run(query, values)
    } catch (thrown) {
      this.#failure = thrown
    }
  }

  /** Ends its use; `why` completes the sentence "the transaction …". */
  end(why: string): void {
    this.#ended = why
  }

  /** Throws when the transaction has ended or a statement of it failed. */
  assertUsable(): void {
    if (this.#ended !== undefined) misuse(`the transaction ${this.#ended}; await every call on it before its body returns`)
    if (this.#failure !== undefined) throw this.#failure
  }
}
