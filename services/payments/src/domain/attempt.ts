import type { PaymentOperation } from '../contract.ts'

/** One try to move money, from before its request leaves. */
export interface Attempt {
  readonly orderId: string
  readonly op: PaymentOperation
  /** 1, 2, 3 … per order and operation. */
  readonly n: number
  readonly amountMinor: number
  readonly state: 'sent' | 'unknown' | 'succeeded' | 'declined' | 'failed'
  /** When its request was last about to leave, whoever sent it, in epoch milliseconds. */
  readonly sentAt: number
}

/** Code of an authorisation that was given up because the provider never heard of it. */
export const PROVIDER_TIMEOUT = 'provider_timeout'

/** Returns the attempt's idempotency key, which also names the attempt: one key, one intent. */
export function attemptKey({ orderId, op, n }: Pick<Attempt, 'orderId' | 'op' | 'n'>): string {
  return `${orderId}:${op}:${n}`
}
