import type { Hold, HoldRecords } from '../records/hold-records.ts'
import type { Sql } from '../sql.ts'

/** Holds in SQL. */
export class SqlHoldRecords implements HoldRecords {
  readonly #sql: Sql

  constructor(sql: Sql) {
    this.#sql = sql
  }

  async hold({ name, owner, expiresAt }: Hold, now: number): Promise<boolean> {
    return (await this.#sql.run(HOLD, name, owner, expiresAt, now)) === 1
  }

  async find(name: string): Promise<Hold | undefined> {
    const row = await this.#sql.get<{ owner: string; expires_at: number }>(HOLDER, name)
    return row && { name, owner: row.owner, expiresAt: row.expires_at }
  }

  async takeFrom(other: Hold, { name, owner, expiresAt }: Hold): Promise<boolean> {
    return (await this.#sql.run(TAKE, owner, expiresAt, name, other.owner, other.expiresAt)) === 1
  }

  async release(name: string, owner: string): Promise<void> {
    await this.#sql.run('DELETE FROM banyan_holder WHERE name = ? AND owner = ?', name, owner)
  }
}

const HOLDER = 'SELECT owner, expires_at FROM banyan_holder WHERE name = ?'

const TAKE = 'UPDATE banyan_holder SET owner = ?, expires_at = ? WHERE name = ? AND owner = ? AND expires_at = ?'

const HOLD = `INSERT INTO banyan_holder (name, owner, expires_at) VALUES (?, ?, ?)
  ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, expires_at = excluded.expires_at
  WHERE banyan_holder.owner = excluded.owner OR banyan_holder.expires_at <= ?`
