import type { Sql } from 'banyan'
import type { PaymentStatus } from '../contract.ts'
import type { Attempt } from '../domain/attempt.ts'
import type { PaymentState } from '../domain/payment.ts'

/** A payment with its open attempt, if it has one. */
export interface OpenPayment {
  readonly payment: PaymentState
  readonly open: Attempt | undefined
}

/** Payments by order. */
export interface PaymentTable {
  find(orderId: string): Promise<PaymentState | undefined>
  findById(id: string): Promise<PaymentState | undefined>
  /** The payment and its attempt that is sent or unknown. */
  findWithOpen(orderId: string): Promise<OpenPayment | undefined>
  /** Inserts a payment; returns false when the order has one. */
  insert(payment: PaymentState): Promise<boolean>
  save(payment: PaymentState, at: number): void
  /** Forgets the token; nothing more is authorised with it. */
  eraseToken(orderId: string): Promise<void>
}

interface PaymentRow {
  readonly order_id: string
  readonly id: string
  readonly user_id: string
  readonly provider: string
  readonly token: string
  readonly currency: string
  readonly amount_minor: number
  readonly authorized_minor: number
  readonly captured_minor: number
  readonly refunded_minor: number
  readonly voided_minor: number
  readonly status: PaymentStatus
  readonly provider_ref: string | null
  readonly decline_code: string | null
  readonly decline_retryable: number
  readonly closed_reason: string | null
  readonly flow: string
  readonly created_at: number
  readonly version: number
}

interface OpenRow extends PaymentRow {
  readonly op: Attempt['op'] | null
  readonly n: number
  readonly attempt_minor: number
  readonly state: Attempt['state']
  readonly sent_at: number
}

const INSERT = `INSERT INTO payment (order_id, id, user_id, provider, token, currency, amount_minor, authorized_minor, captured_minor, refunded_minor,
  voided_minor, status, provider_ref, decline_code, decline_retryable, closed_reason, flow, created_at, updated_at, version)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (order_id) DO NOTHING`

const UPDATE = `UPDATE payment SET authorized_minor = ?, captured_minor = ?, refunded_minor = ?, voided_minor = ?, status = ?, provider_ref = ?,
  decline_code = ?, decline_retryable = ?, closed_reason = ?, updated_at = ?, version = ? WHERE order_id = ?`

const WITH_OPEN = `SELECT p.*, a.op AS op, a.n AS n, a.amount_minor AS attempt_minor, a.state AS state, a.sent_at AS sent_at
  FROM payment p LEFT JOIN payment_attempt a ON a.order_id = p.order_id AND a.state IN ('sent', 'unknown') WHERE p.order_id = ?`

/** Opens the table within a transaction or snapshot. */
export function paymentTable(sql: Sql): PaymentTable {
  return {
    async find(orderId) {
      const row = await sql.get<PaymentRow>('SELECT * FROM payment WHERE order_id = ?', orderId)
      return row && toPayment(row)
    },
    async findById(id) {
      const row = await sql.get<PaymentRow>('SELECT * FROM payment WHERE id = ?', id)
      return row && toPayment(row)
    },
    async findWithOpen(orderId) {
      const row = await sql.get<OpenRow>(WITH_OPEN, orderId)
      return row && { payment: toPayment(row), open: toAttempt(row) }
    },
    async eraseToken(orderId) {
      await sql.run(`UPDATE payment SET token = '' WHERE order_id = ?`, orderId)
    },
    insert: async (p) =>
      (await sql.run(
        INSERT,
        p.orderId,
        p.id,
        p.userId,
        p.provider,
        p.token,
        p.currency,
        p.amountMinor,
        p.authorizedMinor,
        p.capturedMinor,
        p.refundedMinor,
        p.voidedMinor,
        p.status,
        p.providerRef,
        p.declineCode,
        Number(p.declineRetryable),
        p.closedReason,
        p.flow,
        p.createdAt,
        p.createdAt,
        p.version,
      )) === 1,
    save(p, at) {
      sql.write(
        UPDATE,
        p.authorizedMinor,
        p.capturedMinor,
        p.refundedMinor,
        p.voidedMinor,
        p.status,
        p.providerRef,
        p.declineCode,
        Number(p.declineRetryable),
        p.closedReason,
        at,
        p.version,
        p.orderId,
      )
    },
  }
}

function toPayment(row: PaymentRow): PaymentState {
  return {
    id: row.id,
    orderId: row.order_id,
    userId: row.user_id,
    provider: row.provider,
    token: row.token,
    currency: row.currency,
    amountMinor: row.amount_minor,
    authorizedMinor: row.authorized_minor,
    capturedMinor: row.captured_minor,
    refundedMinor: row.refunded_minor,
    voidedMinor: row.voided_minor,
    status: row.status,
    providerRef: row.provider_ref,
    declineCode: row.decline_code,
    declineRetryable: row.decline_retryable === 1,
    closedReason: row.closed_reason,
    flow: row.flow,
    createdAt: row.created_at,
    version: row.version,
  }
}

function toAttempt(row: OpenRow): Attempt | undefined {
  if (row.op === null) return undefined
  const { order_id: orderId, op, n, attempt_minor: amountMinor, state, sent_at: sentAt } = row
  return { orderId, op, n, amountMinor, state, sentAt }
}
