import type { PaymentOperation, PaymentStatus } from '../contract.ts'
import type { FinalOutcome } from './outcome.ts'

/** All that is known about the payment of one order. Amounts in minor units of `currency`. */
export interface PaymentState {
  readonly id: string
  readonly orderId: string
  readonly userId: string
  readonly provider: string
  readonly token: string
  readonly currency: string
  readonly amountMinor: number
  readonly authorizedMinor: number
  readonly capturedMinor: number
  readonly refundedMinor: number
  readonly voidedMinor: number
  readonly status: PaymentStatus
  readonly providerRef: string | null
  readonly declineCode: string | null
  readonly declineRetryable: boolean
  /** Why the payment was closed; from then on money only goes back. Null while it is open. */
  readonly closedReason: string | null
  readonly flow: string
  readonly createdAt: number
  readonly version: number
}

/** What somebody wants of a payment. `settle`: nothing but to bring what was begun to an end. */
export type PaymentGoal = 'authorize' | 'capture' | 'settle'

/** A move of money that is due. */
export interface DueMove {
  readonly op: PaymentOperation
  readonly amountMinor: number
}

/**
 * Returns the move that is due, or undefined when there is nothing to do for `goal`.
 * A closed payment gives back first: an authorisation is voided, captured money is refunded (P8: also when it was closed before it began).
 */
export function dueMove(payment: PaymentState, goal: PaymentGoal): DueMove | undefined {
  const { status, amountMinor, authorizedMinor, capturedMinor, refundedMinor, closedReason } = payment
  if (closedReason !== null) {
    if (capturedMinor > refundedMinor) return { op: 'refund', amountMinor: capturedMinor - refundedMinor }
    return status === 'authorized' ? { op: 'void', amountMinor: authorizedMinor } : undefined
  }
  if (goal === 'authorize' && status === 'created') return { op: 'authorize', amountMinor }
  if (goal === 'capture' && status === 'authorized') return { op: 'capture', amountMinor: authorizedMinor }
  return undefined
}

/** Returns the payment after the outcome of a move is known. Also takes an outcome that comes after the payment was given up. */
export function afterOutcome(payment: PaymentState, { op, amountMinor }: DueMove, outcome: FinalOutcome): PaymentState {
  if (outcome.kind !== 'succeeded')
    return op === 'authorize' ? afterRefusal(payment, outcome) : changed(payment, { declineCode: outcome.code })
  switch (op) {
    case 'authorize':
      return afterAuthorization(payment, amountMinor, outcome)
    case 'capture':
      return changed(payment, { status: 'captured', capturedMinor: payment.capturedMinor + amountMinor })
    case 'void':
      return changed(payment, { status: 'voided', voidedMinor: payment.authorizedMinor })
    case 'refund': {
      const refundedMinor = payment.refundedMinor + amountMinor
      return changed(payment, { status: refundedMinor === payment.capturedMinor ? 'refunded' : 'partially_refunded', refundedMinor })
    }
  }
}

/**
 * Returns the payment closed: no more authorisation or capture, everything is to be given back.
 * While an authorisation is on its way (`isSent`) its outcome decides what that is.
 */
export function closed(payment: PaymentState, reason: string, isSent: boolean): PaymentState {
  if (payment.closedReason !== null) return payment
  return changed(payment, { closedReason: reason, ...(payment.status === 'created' && !isSent ? { status: 'voided' as const } : {}) })
}

function afterRefusal(payment: PaymentState, outcome: Exclude<FinalOutcome, { kind: 'succeeded' }>): PaymentState {
  const isDeclined = outcome.kind === 'declined'
  return changed(payment, {
    status: isDeclined ? 'declined' : 'failed',
    declineCode: outcome.code,
    declineRetryable: isDeclined && outcome.retryable,
  })
}

/** A wrong amount is never taken for payment of the order: it is given back. */
function afterAuthorization(
  payment: PaymentState,
  amountMinor: number,
  { amount, ref }: Extract<FinalOutcome, { kind: 'succeeded' }>,
): PaymentState {
  const isRight = amount.amountMinor === amountMinor && amount.currency === payment.currency
  const closedReason = payment.closedReason ?? (isRight ? null : 'amount_mismatch')
  return changed(payment, { status: 'authorized', authorizedMinor: amount.amountMinor, providerRef: ref, closedReason })
}

function changed(payment: PaymentState, change: Partial<PaymentState>): PaymentState {
  return { ...payment, ...change, version: payment.version + 1 }
}
