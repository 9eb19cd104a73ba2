import type { Sql } from 'banyan'
import { type Attempt, attemptKey } from '../domain/attempt.ts'
import type { FinalOutcome } from '../provider/provider.ts'

/** Attempts to move money. */
export interface AttemptTable {
  /** Inserts the intent before its request leaves. */
  insert(attempt: Attempt, at: number): Promise<void>
  /** How many attempts the order has of an operation. */
  count(orderId: string, op: Attempt['op']): Promise<number>
  /** Takes an open attempt over if its lease has ended; returns whether it worked. */
  lease(attempt: Attempt, by: string, until: number, now: number): Promise<boolean>
  /** Records that nobody knows what became of it, and gives the lease back. */
  markUnknown(attempt: Attempt): Promise<void>
  /** Records what became of it; returns false when that is recorded already. */
  resolve(attempt: Attempt, outcome: FinalOutcome, at: number): Promise<boolean>
  /** Orders with open attempts that nobody works on at `now`. */
  forsaken(now: number, limit: number): Promise<string[]>
}

/** Finds an attempt as long as its outcome is open. */
const OPEN = `order_id = ? AND op = ? AND n = ? AND state IN ('sent', 'unknown')`

/** Opens the table within a transaction or snapshot. */
export function attemptTable(sql: Sql): AttemptTable {
  return {
    async insert(attempt, at) {
      const { orderId, op, n, amountMinor, state, leasedBy, leaseUntil } = attempt
      await sql.run(
        `INSERT INTO payment_attempt (order_id, op, n, amount_minor, idempotency_key, state, leased_by, lease_until, requested_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        orderId,
        op,
        n,
        amountMinor,
        attemptKey(attempt),
        state,
        leasedBy,
        leaseUntil,
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
    lease: async ({ orderId, op, n }, by, until, now) =>
      (await sql.run(
        `UPDATE payment_attempt SET leased_by = ?, lease_until = ?
         WHERE ${OPEN} AND lease_until <= ?`,
        by,
        until,
        orderId,
        op,
        n,
        now,
      )) === 1,
    async markUnknown({ orderId, op, n }) {
      await sql.run(`UPDATE payment_attempt SET state = 'unknown', lease_until = 0 WHERE ${OPEN}`, orderId, op, n)
    },
    resolve: async ({ orderId, op, n }, outcome, at) =>
      (await sql.run(
        `UPDATE payment_attempt SET state = ?, provider_ref = ?, error_code = ?, resolved_at = ?
         WHERE ${OPEN}`,
        ...outcomeColumns(outcome),
        at,
        orderId,
        op,
        n,
      )) === 1,
    async forsaken(now, limit) {
      const forsaken = `SELECT DISTINCT order_id FROM payment_attempt WHERE state IN ('sent', 'unknown') AND lease_until <= ? LIMIT ?`
      const rows = await sql.all<{ order_id: string }>(forsaken, now, limit)
      return rows.map((row) => row.order_id)
    },
  }
}

/** State, reference and error code of an outcome. */
function outcomeColumns(outcome: FinalOutcome): [string, string | null, string | null] {
  if (outcome.kind === 'succeeded') return ['succeeded', outcome.ref, null]
  return [outcome.kind === 'rejected' ? 'failed' : 'declined', null, outcome.code]
}
