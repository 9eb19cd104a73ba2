import type { Sql } from 'banyan'
import { type Attempt, attemptKey, PROVIDER_TIMEOUT } from '../domain/attempt.ts'
import type { FinalOutcome } from '../provider/provider.ts'

/** Attempts to move money. */
export interface AttemptTable {
  /** Inserts the intent before its request leaves. */
  insert(attempt: Attempt, at: number): void
  /** How many attempts the order has of an operation. */
  count(orderId: string, op: Attempt['op']): Promise<number>
  /** Records that an open attempt is about to be sent again. */
  noteSending(attempt: Attempt, sentAt: number): Promise<void>
  /** Records that nobody knows what became of it. */
  markUnknown(attempt: Attempt): Promise<void>
  /**
   * Records what became of it; returns false when that is recorded already. That it was given up is recorded only if nobody sent it
   * again in the meantime.
   */
  resolve(attempt: Attempt, outcome: FinalOutcome, at: number): Promise<boolean>
  /** Records the success of an attempt that was given up; returns false when it was not. */
  resolveLate(attempt: Attempt, outcome: FinalOutcome, at: number): Promise<boolean>
  /** Orders with open attempts that were last sent at or before `before`, or after `after`: by a clock that was set back since. */
  forsaken(sent: { readonly before: number; readonly after: number; readonly limit: number }): Promise<string[]>
}

/** Finds an attempt as long as its outcome is open. */
const OPEN = `order_id = ? AND op = ? AND n = ? AND state IN ('sent', 'unknown')`

/** Finds an attempt that was given up. */
const GIVEN_UP = `order_id = ? AND op = ? AND n = ? AND state = 'declined' AND error_code = '${PROVIDER_TIMEOUT}'`

const RESOLVE = 'UPDATE payment_attempt SET state = ?, provider_ref = ?, error_code = ?, resolved_at = ?'

/** Opens the table within a transaction or snapshot. */
export function attemptTable(sql: Sql): AttemptTable {
  return {
    insert(attempt, at) {
      const { orderId, op, n, amountMinor, state, sentAt } = attempt
      sql.write(
        `INSERT INTO payment_attempt (order_id, op, n, amount_minor, idempotency_key, state, sent_at, requested_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
        orderId,
        op,
        n,
        amountMinor,
        attemptKey(attempt),
        state,
        sentAt,
        at,
      )
    },
    async count(orderId, op) {
      const row = await sql.get<{ count: number }>(
        'SELECT COUNT(*) AS count FROM payment_attempt WHERE order_id = ? AND op = ?',
        orderId,
        op,
      )
      return row?.count ?? 0
    },
    async noteSending({ orderId, op, n }, sentAt) {
      await sql.run(`UPDATE payment_attempt SET sent_at = ? WHERE ${OPEN}`, sentAt, orderId, op, n)
    },
    async markUnknown({ orderId, op, n }) {
      await sql.run(`UPDATE payment_attempt SET state = 'unknown' WHERE ${OPEN}`, orderId, op, n)
    },
    resolve: async ({ orderId, op, n, sentAt }, outcome, at) => {
      const isGivenUp = outcome.kind === 'declined' && outcome.code === PROVIDER_TIMEOUT
      const sentAtMax = isGivenUp ? sentAt : Number.MAX_SAFE_INTEGER
      return (await sql.run(`${RESOLVE} WHERE ${OPEN} AND sent_at <= ?`, ...outcomeColumns(outcome), at, orderId, op, n, sentAtMax)) === 1
    },
    resolveLate: async ({ orderId, op, n }, outcome, at) =>
      (await sql.run(`${RESOLVE} WHERE ${GIVEN_UP}`, ...outcomeColumns(outcome), at, orderId, op, n)) === 1,
    async forsaken({ before, after, limit }) {
      const rows = await sql.all<{ order_id: string }>(FORSAKEN, before, after, limit)
      return rows.map((row) => row.order_id)
    },
  }
}

/** Open attempts are few, and have an index of their own. */
const FORSAKEN = `SELECT DISTINCT order_id FROM payment_attempt WHERE state IN ('sent', 'unknown') AND (sent_at <= ? OR sent_at > ?) LIMIT ?`

/** State, reference and error code of an outcome. */
function outcomeColumns(outcome: FinalOutcome): [string, string | null, string | null] {
  if (outcome.kind === 'succeeded') return ['succeeded', outcome.ref, null]
  return [outcome.kind === 'rejected' ? 'failed' : 'declined', null, outcome.code]
}
