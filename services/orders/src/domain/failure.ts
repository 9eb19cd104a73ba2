import type { OrderFailure } from '../contract.ts'
import { asReason } from './cancellation-reason.ts'

/** What made a saga roll back. */
export interface RollbackCause {
  readonly code: string
  readonly message: string
  readonly data?: unknown
}

/** Code of a rollback that somebody asked for; its message then is the reason, or what an operator wrote, which stays out of the order. */
const REQUESTED = 'cancelled'

/** Returns why an order is rejected, from what made its flow fail: participants' declared errors keep their facts. */
export function failureOf({ code, message, data }: RollbackCause): OrderFailure {
  if (code === 'insufficient_stock') return { reason: code, lines: (data as { lines: OrderFailure['lines'] & object }).lines }
  if (code === 'payment_declined') return { reason: code, ...(data as { declineCode: string; retryable: boolean }) }
  return { reason: code === REQUESTED ? asReason(message) : code }
}
