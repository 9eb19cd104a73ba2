import type { RetentionRecords } from '../records/retention-records.ts'
import type { Sql } from '../sql.ts'

/** Removal in SQL. Each method is a few statements of one transaction, so a crash between two leaves nothing half removed. */
export class SqlRetentionRecords implements RetentionRecords {
  readonly #sql: Sql

  constructor(sql: Sql) {
    this.#sql = sql
  }

  async removeSagas(before: number, limit: number): Promise<number> {
    // the sagas go last: the three statements name the same ones
    await this.#sql.run(`DELETE FROM banyan_saga_step WHERE saga_id IN (${ENDED_SAGAS})`, before, limit)
    await this.#sql.run(`DELETE FROM banyan_saga_signal WHERE saga_id IN (${ENDED_SAGAS})`, before, limit)
    return this.#sql.run(`DELETE FROM banyan_saga WHERE id IN (${ENDED_SAGAS})`, before, limit)
  }

  removeAudit(before: number, limit: number): Promise<number> {
    return this.#sql.run(REMOVE_AUDIT, limit, before)
  }

  async removeEvents(upTo: number, before: number, limit: number): Promise<number> {
    const oldest = await this.#sql.all<{ position: number; occurred_at: number }>(OLDEST_EVENTS, upTo, limit)
    const firstKept = oldest.findIndex((event) => event.occurred_at >= before)
    const last = oldest.at(firstKept === -1 ? -1 : firstKept - 1)
    if (last === undefined || firstKept === 0) return 0
    return this.#sql.run('DELETE FROM banyan_outbox WHERE position <= ?', last.position)
  }
}

/** Written exactly as in the index `banyan_saga_ended`: SQLite uses a partial index only for the same words. */
const ENDED_SAGAS = `SELECT id FROM banyan_saga WHERE status IN ('completed', 'compensated') AND updated_at < ? ORDER BY updated_at, id LIMIT ?`

/** Looks at the oldest only: entries are written as time goes on, so there is no older one behind. */
const REMOVE_AUDIT = `DELETE FROM banyan_audit WHERE number IN
  (SELECT number FROM (SELECT number, happened_at FROM banyan_audit ORDER BY number LIMIT ?) AS oldest WHERE happened_at < ?)`

/** The newest event stays, so that a reader who is too late finds a gap and not an empty log. */
const OLDEST_EVENTS = `SELECT position, occurred_at FROM banyan_outbox
  WHERE position <= ? AND position < (SELECT MAX(position) FROM banyan_outbox) ORDER BY position LIMIT ?`
