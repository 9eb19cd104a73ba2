import type { Sql } from 'banyan'

/** Says with which book of a provider the payments of this store were made. */
export function bookTable(sql: Sql) {
  return {
    /** Keeps the book, unless there is one already. */
    async claim(provider: string, bookId: string): Promise<void> {
      await sql.run('INSERT INTO provider_book (provider, book_id) VALUES (?, ?) ON CONFLICT (provider) DO NOTHING', provider, bookId)
    },
    /** The book with which the payments of this store were made; undefined before the first start with one. */
    async idOf(provider: string): Promise<string | undefined> {
      return (await sql.get<{ id: string }>('SELECT book_id AS id FROM provider_book WHERE provider = ?', provider))?.id
    },
    /** Whether anything was ever sent to a provider. */
    async isUsed(): Promise<boolean> {
      return (await sql.get('SELECT 1 AS used FROM payment_attempt LIMIT 1')) !== undefined
    },
  }
}
