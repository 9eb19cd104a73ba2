import { assertTimerFits, DATA_BYTES_MAX } from '../records/bounds.ts'
import type { TimerRecord, TimerRecords } from '../records/timer-records.ts'
import type { Sql } from '../sql.ts'

interface TimerRow {
  readonly id: string
  readonly name: string
  readonly due_at: number
  readonly data: string
  readonly attempts: number
  readonly correlation_id: string
  readonly waits_since: number | null
}

/** Durable timers in SQL. */
export class SqlTimerRecords implements TimerRecords {
  readonly #sql: Sql

  constructor(sql: Sql) {
    this.#sql = sql
  }

  async schedule(timer: TimerRecord): Promise<void> {
    assertTimerFits(timer)
    const { id, name, dueAt, data, attempts, correlationId, waitsSince } = timer
    await this.#sql.run(SCHEDULE, id, name, dueAt, data, attempts, correlationId, waitsSince ?? null)
  }

  async cancel(id: string): Promise<boolean> {
    return (await this.#sql.run('DELETE FROM banyan_timer WHERE id = ?', id)) === 1
  }

  async due(now: number, limit: number): Promise<TimerRecord[]> {
    const sizes = await this.#sql.all<{ bytes: number }>(DUE_SIZES, now, limit)
    let count = 0
    for (let bytes = 0; count < sizes.length && bytes < DUE_BYTES_MAX; count++) bytes += sizes[count]?.bytes ?? 0
    const rows = count === 0 ? [] : await this.#sql.all<TimerRow>(DUE, now, count)
    return rows.map(timerRecord)
  }

  clockSetBack(now: number, limit: number): Promise<number> {
    return this.#sql.run(CLOCK_SET_BACK, now, now, now, limit)
  }

  async nextDue(): Promise<number | undefined> {
    const row = await this.#sql.get<{ due_at: number }>('SELECT due_at FROM banyan_timer ORDER BY due_at LIMIT 1')
    return row?.due_at
  }
}

function timerRecord(row: TimerRow): TimerRecord {
  return {
    id: row.id,
    name: row.name,
    dueAt: row.due_at,
    data: row.data,
    attempts: row.attempts,
    correlationId: row.correlation_id,
    ...(row.waits_since === null ? {} : { waitsSince: row.waits_since }),
  }
}

const SCHEDULE = `INSERT INTO banyan_timer (id, name, due_at, data, attempts, correlation_id, waits_since)
  VALUES (?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (id) DO UPDATE SET name = excluded.name, due_at = excluded.due_at, data = excluded.data,
    attempts = excluded.attempts, correlation_id = excluded.correlation_id, waits_since = excluded.waits_since`

/** Bytes of data in the timers of one look: some of the largest kind. */
const DUE_BYTES_MAX = 4 * DATA_BYTES_MAX

/** The oldest that are due: time, limit. */
const WHERE_DUE = 'WHERE due_at <= ? ORDER BY due_at, id LIMIT ?'

/** Data's sizes stand apart from the data, so they are cheap to ask for. */
const DUE_SIZES = `SELECT octet_length(data) AS bytes FROM banyan_timer ${WHERE_DUE}`

const DUE = `SELECT id, name, due_at, data, attempts, correlation_id, waits_since FROM banyan_timer ${WHERE_DUE}`

const CLOCK_SET_BACK = `UPDATE banyan_timer SET due_at = ? + due_at - waits_since, waits_since = ? WHERE id IN
  (SELECT id FROM banyan_timer WHERE waits_since > ? ORDER BY waits_since LIMIT ?)`
