import type { Sql } from 'banyan'
import type { AttemptFact, LedgerMismatch, LedgerTotals, PaymentFact, UnbalancedMove } from '../audits/contract.ts'

/** Most rows that one question of the audit answers; what is beyond it shows once these are mended. */
const ROWS_MAX = 1_000
/** Most facts of one range of orders. */
const FACTS_MAX = 100_000

/** A range of order ids: above `after`, up to and with `upTo`; open when that is undefined. */
interface OrderRange {
  readonly after: string
  readonly upTo?: string | undefined
}

/** Answers to audits; see the contract's `audits`. */
export interface AuditReader {
  payments(range: OrderRange): Promise<PaymentFact[]>
  attempts(range: OrderRange): Promise<AttemptFact[]>
  unbalanced(): Promise<UnbalancedMove[]>
  mismatches(): Promise<LedgerMismatch[]>
  totals(): Promise<LedgerTotals>
}

/** Opens the answers on a snapshot. */
export function auditReader(sql: Sql): AuditReader {
  return {
    payments: (range) => paymentFacts(sql, range),
    attempts: (range) => attemptFacts(sql, range),
    unbalanced: () => unbalancedMoves(sql),
    mismatches: () => ledgerMismatches(sql),
    totals: () => ledgerTotals(sql),
  }
}

/** Payments of a range of orders, by order id. */
function paymentFacts(sql: Sql, range: OrderRange): Promise<PaymentFact[]> {
  const { where, values } = inRange(range)
  return sql.all<PaymentFact>(
    `SELECT order_id AS "orderId", status AS "status", currency AS "currency", amount_minor AS "amountMinor", authorized_minor AS "authorizedMinor",
       captured_minor AS "capturedMinor", refunded_minor AS "refundedMinor", created_at AS "createdAt", updated_at AS "updatedAt"
     FROM payment WHERE ${where} ORDER BY order_id LIMIT ?`,
    ...values,
    FACTS_MAX,
  )
}

/** Attempts of a range of orders, by order id. */
function attemptFacts(sql: Sql, range: OrderRange): Promise<AttemptFact[]> {
  const { where, values } = inRange(range)
  return sql.all<AttemptFact>(
    `SELECT order_id AS "orderId", idempotency_key AS "key", op AS "op", state AS "state" FROM payment_attempt WHERE ${where} ORDER BY order_id LIMIT ?`,
    ...values,
    FACTS_MAX,
  )
}

/** Moves in the ledger whose debits and credits differ. */
function unbalancedMoves(sql: Sql): Promise<UnbalancedMove[]> {
  return sql.all(
    `SELECT tx_id AS "txId", CAST(SUM(debit_minor) AS BIGINT) AS "debitMinor", CAST(SUM(credit_minor) AS BIGINT) AS "creditMinor"
     FROM ledger_entry GROUP BY tx_id, currency HAVING SUM(debit_minor) <> SUM(credit_minor) LIMIT ?`,
    ROWS_MAX,
  )
}

/** Orders for which the ledger says something else than the payment. Amounts net of refunds. */
function ledgerMismatches(sql: Sql): Promise<LedgerMismatch[]> {
  return sql.all(
    // One pass over each table: a join of the two has no index on both stores.
    `SELECT order_id AS "orderId", CAST(SUM(payment_minor) AS BIGINT) AS "paymentMinor", CAST(SUM(ledger_minor) AS BIGINT) AS "ledgerMinor"
     FROM (SELECT order_id, captured_minor - refunded_minor AS payment_minor, 0 AS ledger_minor FROM payment
           UNION ALL
           SELECT ref_id, 0, debit_minor - credit_minor FROM ledger_entry WHERE account LIKE 'provider:%') sides
     GROUP BY order_id HAVING SUM(payment_minor) <> SUM(ledger_minor) LIMIT ?`,
    ROWS_MAX,
  )
}

/** What the providers owe by the ledger, by currency, and how many attempts are under way. */
async function ledgerTotals(sql: Sql): Promise<LedgerTotals> {
  const open = await sql.get<{ count: number }>(`SELECT COUNT(*) AS count FROM payment_attempt WHERE state IN ('sent', 'unknown')`)
  const totals = await sql.all<{ currency: string; netMinor: number }>(
    `SELECT currency AS "currency", CAST(SUM(debit_minor - credit_minor) AS BIGINT) AS "netMinor" FROM ledger_entry
     WHERE account LIKE 'provider:%' GROUP BY currency ORDER BY currency LIMIT ?`,
    ROWS_MAX,
  )
  return { open: open?.count ?? 0, totals }
}

function inRange({ after, upTo }: OrderRange): { where: string; values: string[] } {
  return upTo === undefined
    ? { where: 'order_id > ?', values: [after] }
    : { where: 'order_id > ? AND order_id <= ?', values: [after, upTo] }
}
