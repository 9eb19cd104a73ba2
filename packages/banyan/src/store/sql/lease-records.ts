import type { LeaseRecords } from '../records/saga-records.ts'
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

  async others(instance: string): Promise<{ instance: string; expiresAt: number }[]> {
    const rows = await this.#sql.all<{ instance: string; expires_at: number }>(OTHERS, instance)
    return rows.map((row) => ({ instance: row.instance, expiresAt: row.expires_at }))
  }

  async end(instance: string, expiresAt: number): Promise<void> {
    await this.#sql.run('UPDATE banyan_lease SET taken_over = 1 WHERE instance = ? AND expires_at = ?', instance, expiresAt)
  }

  async release(instance: string): Promise<void> {
    await this.#sql.run('DELETE FROM banyan_lease WHERE instance = ? OR expires_at < ?', instance, this.#now() - HISTORY_MS)
  }
}

/** Instances of one service are few. */
const OTHERS = 'SELECT instance, expires_at FROM banyan_lease WHERE instance <> ? AND taken_over = 0 LIMIT 1000'

/** A lease that ended but that nobody took over goes on: a single process that was suspended loses nothing. */
const RENEW = `INSERT INTO banyan_lease (instance, expires_at, taken_over) VALUES (?, ?, 0)
  ON CONFLICT (instance) DO UPDATE SET expires_at = excluded.expires_at
  WHERE banyan_lease.taken_over = 0 OR banyan_lease.expires_at > ?`
