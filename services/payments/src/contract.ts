import { command, contract, declareError, event, query, type Static, Text, Timestamp, Type, withReasonCode } from 'banyan'
import { Currency } from '@shop/catalog/contract'
import { audits } from './audits/contract.ts'
import { STAFF } from './staff.ts'

/** Providers that an installation can take money through. */
export const ProviderName = Type.Enum(['fake'])

/** A means of payment as the provider's page handed it to the shopper: a reference, never card data. */
export const PaymentMethod = Type.Object({
  provider: ProviderName,
  token: Text.token({ max: 200, pattern: '^[A-Za-z0-9_-]+$', examples: ['tok_ok'] }),
})

/** What can be paid at once at most, in minor units: an order that costs more is refused. The ledger adds thousands of them up exactly. */
export const AMOUNT_MINOR_MAX = 1_000_000_000_000

/** Amount in minor units. */
export const AmountMinor = Type.Integer({ minimum: 0, maximum: AMOUNT_MINOR_MAX })

/** Why something was done, for records that stay: a code, never what somebody wrote. */
const ReasonCode = Text.code()
const OrderId = Text.id()

/** States of a payment. Whether a request is on its way, or its outcome unknown, is a matter of its attempts. */
export const PaymentStatus = Type.Enum([
  'created',
  'authorized',
  'captured',
  'voided',
  'partially_refunded',
  'refunded',
  'declined',
  'failed',
])

/** What moves money, or promises to. */
export const PaymentOperation = Type.Enum(['authorize', 'capture', 'void', 'refund'])

/** The payment of one order. */
export const Payment = Type.Object({
  id: Type.String(),
  orderId: Type.String(),
  userId: Type.String(),
  provider: Type.String(),
  currency: Currency,
  amountMinor: Type.Integer(),
  authorizedMinor: Type.Integer(),
  capturedMinor: Type.Integer(),
  refundedMinor: Type.Integer(),
  status: PaymentStatus,
  declineCode: Type.Union([Type.String(), Type.Null()]),
  createdAt: Timestamp,
  version: Type.Integer(),
})

const Declined = declareError(402, Type.Object({ declineCode: Type.String(), retryable: Type.Boolean() }))

/** The payment is in a state in which this cannot be done, e.g. voided before it was authorised. */
const PaymentClosed = Type.Object({ orderId: Type.String(), status: PaymentStatus })

const OrderPayment = Type.Object({
  orderId: OrderId,
  userId: Text.subject(),
  amountMinor: AmountMinor,
  currency: Currency,
  ...PaymentMethod.properties,
})

/** Time for one call that may have to look up at the provider what became of an earlier attempt. */
const PROVIDER_CALL_TIMEOUT_MS = 12_000

const moved = {
  paymentId: Type.String(),
  orderId: Type.String(),
  currency: Currency,
  amountMinor: Type.Integer(),
  /** Which style the order's flow has; a consumer of the other style ignores the event. */
  flow: Type.String(),
}

/** Payments: intents, attempts at a provider, and the ledger. */
export const payments = contract('payments', {
  schemas: { Payment, PaymentMethod },
  audits,
  operations: {
    get: query('GET /api/payments/:id', {
      input: Type.Object({ id: Text.id() }),
      output: Payment,
      access: { user: true, roles: STAFF },
      summary: 'One payment; for its owner, finance and admin',
    }),
    list: query('GET /api/payments', {
      input: Type.Object({ orderId: OrderId }),
      output: Type.Object({ items: Type.Array(Payment), nextCursor: Type.Null() }),
      access: { user: true, roles: STAFF },
      summary: 'Payments of an order; for its owner, finance and admin',
    }),
    ledgerBalance: query('GET /api/ledger/balance', {
      input: Type.Object({}),
      output: Type.Object({
        accounts: Type.Array(
          Type.Object({ account: Type.String(), currency: Currency, debitMinor: Type.Integer(), creditMinor: Type.Integer() }),
        ),
        balanced: Type.Boolean(),
      }),
      access: { roles: STAFF },
      summary: 'Debits and credits by account',
    }),
    prepare: command('POST /api/payments/intents', {
      input: OrderPayment,
      output: Type.Object({ paymentId: Type.String() }),
      access: 'internal',
      idempotency: 'none',
      summary: 'Keeps how an order will be paid, for flows that go on by events',
    }),
    authorize: command('POST /api/payments/authorizations', {
      input: OrderPayment,
      output: Payment,
      errors: { payment_declined: Declined, payment_closed: PaymentClosed },
      access: 'internal',
      idempotency: 'none',
      timeoutMs: PROVIDER_CALL_TIMEOUT_MS,
      summary: 'Reserves the money of an order at the provider; once per order',
    }),
    capture: command('POST /api/payments/captures', {
      input: Type.Object({ orderId: OrderId }),
      output: Payment,
      errors: { payment_closed: PaymentClosed },
      access: 'internal',
      idempotency: 'none',
      timeoutMs: PROVIDER_CALL_TIMEOUT_MS,
      summary: 'Takes the authorised money of an order',
    }),
    cancel: command('POST /api/payments/cancellations', {
      input: Type.Object({ orderId: OrderId, reason: ReasonCode }),
      output: Type.Object({ orderId: Type.String(), voidedMinor: Type.Integer(), refundedMinor: Type.Integer() }),
      access: 'internal',
      idempotency: 'none',
      timeoutMs: PROVIDER_CALL_TIMEOUT_MS,
      summary: 'Gives all money of an order back: voids what is authorised, refunds what is captured; later authorisations are refused',
    }),
  },
  events: {
    'payment.authorized': event({
      key: 'orderId',
      data: Type.Object({ ...moved, provider: Type.String(), expiresAt: Type.Integer() }),
    }),
    'payment.completed': event({
      key: 'orderId',
      data: Type.Object({ ...moved, captureId: Type.String(), capturedTotalMinor: Type.Integer(), final: Type.Boolean() }),
    }),
    'payment.failed': event({
      key: 'orderId',
      data: Type.Object({
        paymentId: Type.String(),
        orderId: Type.String(),
        op: PaymentOperation,
        code: Type.String(),
        retryable: Type.Boolean(),
        flow: Type.String(),
      }),
    }),
    'payment.unknown': event({
      key: 'orderId',
      data: Type.Object({ paymentId: Type.String(), orderId: Type.String(), attemptId: Type.String(), op: PaymentOperation }),
    }),
    'payment.resolved': event({
      key: 'orderId',
      data: Type.Object({
        paymentId: Type.String(),
        orderId: Type.String(),
        attemptId: Type.String(),
        op: PaymentOperation,
        outcome: Type.Enum(['succeeded', 'declined', 'failed']),
      }),
    }),
    'payment.voided': event({ key: 'orderId', data: Type.Object({ ...moved, reason: ReasonCode }), upgrade: withReasonCode }),
    'payment.refunded': event({
      key: 'orderId',
      data: Type.Object({ ...moved, refundId: Type.String(), refundedTotalMinor: Type.Integer(), reason: ReasonCode }),
      upgrade: withReasonCode,
    }),
  },
})

/** The payment of one order. */
export type Payment = Static<typeof Payment>
/** State of a payment. */
export type PaymentStatus = Static<typeof PaymentStatus>
/** What moves money, or promises to. */
export type PaymentOperation = Static<typeof PaymentOperation>
/** A means of payment by reference. */
export type PaymentMethod = Static<typeof PaymentMethod>
export type { AttemptFact, PaymentFact } from './audits/contract.ts'
