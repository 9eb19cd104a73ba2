import type { PaymentOperation } from '../contract.ts'

/** One try to move money, from before its request leaves. */
export interface Attempt {
  readonly orderId: string
  readonly op: PaymentOperation
  /** 1, 2, 3 … per order and operation. */
  readonly n: number
  readonly amountMinor: number
  readonly state: 'sent' | 'unknown' | 'succeeded' | 'declined' | 'failed'
  /** Who may send it, until when (epoch milliseconds): a request that two send could arrive after one gave it up. */
  readonly leasedBy: string
  readonly leaseUntil: number
}

/** Returns the attempt's idempotency key, which also names the attempt: one key, one intent. */
export function attemptKey({ orderId, op, n }: Pick<Attempt, 'orderId' | 'op' | 'n'>): string {
  return `${orderId}:${op}:${n}`
}
