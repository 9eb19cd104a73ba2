import type { PaymentState } from './domain/payment.ts'

/** Who pays what for which order, and how. */
export interface OrderPayment {
  readonly orderId: string
  readonly userId: string
  readonly amountMinor: number
  readonly currency: string
  readonly provider: string
  readonly token: string
}

/** Returns the payment of an order before any money moved. */
export function newPayment(
  order: OrderPayment,
  { id, flow, at }: { readonly id: string; readonly flow: string; readonly at: number },
): PaymentState {
  return {
    ...order,
    id,
    flow,
    createdAt: at,
    authorizedMinor: 0,
    capturedMinor: 0,
    refundedMinor: 0,
    voidedMinor: 0,
    status: 'created',
    providerRef: null,
    declineCode: null,
    declineRetryable: false,
    closedReason: null,
    version: 1,
  }
}

/** Returns what is kept of a payment that was called off before it was known, so that a late authorisation is refused. */
export function tombstone(orderId: string, reason: string, { id, at }: { readonly id: string; readonly at: number }): PaymentState {
  const nobody = { orderId, userId: '', amountMinor: 0, currency: 'XXX', provider: '', token: '' }
  return { ...newPayment(nobody, { id, flow: '', at }), status: 'voided', closedReason: reason }
}
