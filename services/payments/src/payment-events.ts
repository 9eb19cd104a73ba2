import { codeOr } from 'banyan'
import type { PaymentsTransaction } from './define.ts'
import { type Attempt, attemptKey } from './domain/attempt.ts'
import type { PaymentState } from './domain/payment.ts'
import type { FinalOutcome } from './provider/provider.ts'

/** Emits what the outcome of an attempt means for the rest of the shop; `payment` is as it stands after it. */
export function emitOutcome(
  tx: PaymentsTransaction,
  payment: PaymentState,
  attempt: Attempt,
  outcome: FinalOutcome,
  expiresAt: number,
): void {
  const { id: paymentId, orderId, currency, flow } = payment
  if (outcome.kind !== 'succeeded') {
    const retryable = outcome.kind === 'declined' && outcome.retryable
    tx.emit('payment.failed', { paymentId, orderId, op: attempt.op, code: outcome.code, retryable, flow })
    return
  }
  const moved = { paymentId, orderId, currency, amountMinor: outcome.amount.amountMinor, flow }
  const reason = codeOr(payment.closedReason, 'other') // rows of earlier releases may hold what somebody wrote
  switch (attempt.op) {
    case 'authorize':
      // A payment that was closed meanwhile is voided next; nobody may take it for a go-ahead.
      if (payment.closedReason === null) tx.emit('payment.authorized', { ...moved, provider: payment.provider, expiresAt })
      return
    case 'capture':
      tx.emit('payment.completed', { ...moved, captureId: attemptKey(attempt), capturedTotalMinor: payment.capturedMinor, final: true })
      return
    case 'void':
      tx.emit('payment.voided', { ...moved, reason })
      return
    case 'refund':
      tx.emit('payment.refunded', { ...moved, refundId: attemptKey(attempt), refundedTotalMinor: payment.refundedMinor, reason })
  }
}

/** Emits that an attempt whose outcome was unknown is settled. */
export function emitResolved(
  tx: PaymentsTransaction,
  { id: paymentId, orderId }: PaymentState,
  attempt: Attempt,
  outcome: FinalOutcome,
): void {
  tx.emit('payment.resolved', {
    paymentId,
    orderId,
    attemptId: attemptKey(attempt),
    op: attempt.op,
    outcome: outcome.kind === 'rejected' ? 'failed' : outcome.kind,
  })
}
