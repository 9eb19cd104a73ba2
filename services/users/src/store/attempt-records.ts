import type { Sql } from 'banyan'
import { type FailedAttempts, FORGET_MS } from '../domain/lockout.ts'

/** Reads and writes failed sign-ins. Keys are hashes of emails, known or not, so that a lock does not tell whether an account exists. */
export function attemptRecords(sql: Sql) {
  return {
    async byKey(key: string): Promise<FailedAttempts | undefined> {
      const row = await sql.get<{ failures: number; last_at: number; locked_until: number }>(
        'SELECT failures, last_at, locked_until FROM login_attempt WHERE account_key = ?',
        key,
      )
      return row && { failures: row.failures, lastAt: row.last_at, lockedUntil: row.locked_until }
    },
    /** Saves a failure and forgets those that no longer count, so that guessed addresses do not pile up. */
    async save(key: string, { failures, lastAt, lockedUntil }: FailedAttempts): Promise<void> {
      await sql.run('DELETE FROM login_attempt WHERE last_at < ?', lastAt - FORGET_MS)
      await sql.run(
        `INSERT INTO login_attempt (account_key, failures, last_at, locked_until) VALUES (?, ?, ?, ?) ON CONFLICT (account_key) DO UPDATE
         SET failures = excluded.failures, last_at = excluded.last_at, locked_until = excluded.locked_until`,
        key,
        failures,
        lastAt,
        lockedUntil,
      )
    },
    async clear(key: string): Promise<void> {
      await sql.run('DELETE FROM login_attempt WHERE account_key = ?', key)
    },
  }
}
