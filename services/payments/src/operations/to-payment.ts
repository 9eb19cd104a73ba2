import { toTimestamp } from 'banyan'
import type { Payment } from '../contract.ts'
import type { PaymentState } from '../domain/payment.ts'

/** Returns a payment as callers see it: without the token and the provider's reference. */
export function toPayment(state: PaymentState): Payment {
  const {
    id,
    orderId,
    userId,
    provider,
    currency,
    amountMinor,
    authorizedMinor,
    capturedMinor,
    refundedMinor,
    status,
    declineCode,
    createdAt,
    version,
  } = state
  return {
    id,
    orderId,
    userId,
    provider,
    currency,
    amountMinor,
    authorizedMinor,
    capturedMinor,
    refundedMinor,
    status,
    declineCode,
    createdAt: toTimestamp(createdAt),
    version,
  }
}
