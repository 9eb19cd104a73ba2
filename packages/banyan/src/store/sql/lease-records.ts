import type { LeaseRecords } from '../saga-records.ts'
import type { Sql } from '../sql.ts'

/** A lease that ended so long ago is only history; no process sleeps through a week and goes on. */
const HISTORY_MS = 7 * 86_400_000

/** Leases of instances in SQL. */
export class SqlLeaseRecords implements LeaseRecords {
  readonly #sql: Sql
  readonly #now: () => number

  constructor(sql: Sql, now: () => number) {
    this.#sql = sql
    this.#now = now
  }

  async renew(instance: string, expiresAt: number, now: number): Promise<boolean> {
    return (await this.#sql.run(RENEW, instance, expiresAt, now)) === 1
  }

  async release(instance: string): Promise<void> {
    await this.#sql.run('DELETE FROM banyan_lease WHERE instance = ? OR expires_at < ?', instance, this.#now() - HISTORY_MS)
  }
}

/** A lease that ended but that nobody took over goes on: a single process that was suspended loses nothing. */
const RENEW = `INSERT INTO banyan_lease (instance, expires_at, taken_over) VALUES (?, ?, 0)
  ON CONFLICT (instance) DO UPDATE SET expires_at = excluded.expires_at
  WHERE banyan_lease.taken_over = 0 OR banyan_lease.expires_at > ?`
