import { removeAged, type Sql } from 'banyan'
import type { ResetAsker } from '../domain/reset-quota.ts'

/** A token that allows to set a new password, once. Times are epoch milliseconds. */
export interface ResetRecord extends ResetAsker {
  readonly tokenHash: string
  readonly userId: string
  readonly expiresAt: number
}

/**
 * Tokens of a user that are looked at, the newest first. What is counted among them must be less, or a limit is never reached: see
 * `MAILS_MAX` in `security/limit-settings.ts`.
 */
export const PENDING_MAX = 1_000

/** Reads and writes tokens of password resets. */
export function resetRecords(sql: Sql) {
  return {
    async insert({ tokenHash, userId, expiresAt, requestId, askedBy, isStranger }: ResetRecord): Promise<void> {
      await sql.run(
        'INSERT INTO password_reset (token_hash, user_id, expires_at, request_id, asked_by, is_stranger) VALUES (?, ?, ?, ?, ?, ?)',
        tokenHash,
        userId,
        expiresAt,
        requestId,
        askedBy,
        isStranger ? 1 : 0,
      )
    },
    /** Who asked for the tokens of a user that are still good. */
    async pending(userId: string, now: number): Promise<ResetAsker[]> {
      const rows = await sql.all<{ requestId: string; askedBy: string; isStranger: number }>(
        `SELECT request_id AS "requestId", asked_by AS "askedBy", is_stranger AS "isStranger"
         FROM password_reset WHERE user_id = ? AND expires_at > ? ORDER BY expires_at DESC LIMIT ?`,
        userId,
        now,
        PENDING_MAX,
      )
      return rows.map((row) => ({ ...row, isStranger: row.isStranger === 1 }))
    },
    /** Whose password a token may set; undefined when it was used, has expired or never was. */
    async userOf(tokenHash: string, now: number): Promise<string | undefined> {
      const query = 'SELECT user_id AS "userId" FROM password_reset WHERE token_hash = ? AND expires_at > ?'
      return (await sql.get<{ userId: string }>(query, tokenHash, now))?.userId
    },
    /** Forgets a token whose mail was not taken. */
    async forget(tokenHash: string): Promise<void> {
      await sql.run('DELETE FROM password_reset WHERE token_hash = ?', tokenHash)
    },
    /** Forgets all tokens of a user: one was used, or the password is another one by now. */
    async forgetAll(userId: string): Promise<void> {
      await sql.run('DELETE FROM password_reset WHERE user_id = ?', userId)
    },
  }
}

/** Tokens of resets that nobody used. */
export const expiredResets = removeAged({ name: 'password-resets', table: 'password_reset', key: 'token_hash', time: 'expires_at' })
