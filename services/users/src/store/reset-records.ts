import type { RemovalRule, Sql } from 'banyan'

/** A token that allows to set a new password, once. Times are epoch milliseconds. */
export interface ResetRecord {
  readonly tokenHash: string
  readonly userId: string
  readonly expiresAt: number
}

/** Reads and writes tokens of password resets. */
export function resetRecords(sql: Sql) {
  return {
    async insert({ tokenHash, userId, expiresAt }: ResetRecord): Promise<void> {
      await sql.run('INSERT INTO password_reset (token_hash, user_id, expires_at) VALUES (?, ?, ?)', tokenHash, userId, expiresAt)
    },
    /** Whose password a token may set; undefined when it was used, has expired or never was. */
    async userOf(tokenHash: string, now: number): Promise<string | undefined> {
      const query = 'SELECT user_id AS "userId" FROM password_reset WHERE token_hash = ? AND expires_at > ?'
      return (await sql.get<{ userId: string }>(query, tokenHash, now))?.userId
    },
    /** Forgets all tokens of a user: one was used, or the password is another one by now. */
    async forgetAll(userId: string): Promise<void> {
      await sql.run('DELETE FROM password_reset WHERE user_id = ?', userId)
    },
  }
}

/** Tokens of resets that nobody used. */
export const expiredResets: RemovalRule = {
  name: 'password-resets',
  remove: (sql, now, limit) =>
    sql.run(
      'DELETE FROM password_reset WHERE token_hash IN (SELECT token_hash FROM password_reset WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)',
      now,
      limit,
    ),
}
