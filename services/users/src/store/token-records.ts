import type { Sql } from 'banyan'

/** A user whose tokens were ended. */
export interface EndedTokens {
  readonly userId: string
  /** Epoch milliseconds. */
  readonly at: number
}

/** Says which access tokens were ended before they expire. Tokens themselves are stored nowhere. */
export function tokenRecords(sql: Sql) {
  return {
    /** Ends the access tokens that were issued until `at`. */
    async end(id: string, at: number): Promise<void> {
      await sql.run('UPDATE account SET tokens_valid_after = ? WHERE id = ? AND tokens_valid_after < ?', at, id, at)
    },
    /** Users whose tokens were ended after a moment, in the order of moment and id; `after` is the last one of the page before. */
    async ended(since: number, after: EndedTokens | undefined, limit: number): Promise<EndedTokens[]> {
      return sql.all<EndedTokens>(
        `SELECT id AS "userId", tokens_valid_after AS at FROM account
         WHERE tokens_valid_after > ? AND (tokens_valid_after > ? OR (tokens_valid_after = ? AND id > ?))
         ORDER BY tokens_valid_after, id LIMIT ?`,
        since,
        after?.at ?? since,
        after?.at ?? since,
        after?.userId ?? '',
        limit,
      )
    },
  }
}
