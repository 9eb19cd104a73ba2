import { removeAged, type Sql } from 'banyan'
import type { FailedAttempts } from '../domain/lockout.ts'

interface AttemptRow {
  account_key: string
  failures: number
  last_at: number
  locked_until: number
  forget_at: number
}

/** Reads and writes failed attempts. Keys are keyed hashes of what is counted, known or not: a lock does not tell whether an account exists. */
export function attemptRecords(sql: Sql) {
  return {
    async byKey(key: string): Promise<FailedAttempts | undefined> {
      const row = await sql.get<AttemptRow>('SELECT * FROM login_attempt WHERE account_key = ?', key)
      return row && { failures: row.failures, lastAt: row.last_at, lockedUntil: row.locked_until, forgetAt: row.forget_at }
    },
    async save(key: string, { failures, lastAt, lockedUntil, forgetAt }: FailedAttempts): Promise<void> {
      await sql.run(
        `INSERT INTO login_attempt (account_key, failures, last_at, locked_until, forget_at) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (account_key) DO UPDATE SET failures = excluded.failures, last_at = excluded.last_at,
           locked_until = excluded.locked_until, forget_at = excluded.forget_at`,
        key,
        failures,
        lastAt,
        lockedUntil,
        forgetAt,
      )
    },
    async clear(key: string): Promise<void> {
      await sql.run('DELETE FROM login_attempt WHERE account_key = ?', key)
    },
  }
}

/** Failures that no longer count, so that guessed addresses do not pile up. */
export const forgottenAttempts = removeAged({ name: 'login-attempts', table: 'login_attempt', key: 'account_key', time: 'forget_at' })
