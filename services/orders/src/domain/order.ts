import { BanyanError } from 'banyan/kernel'
import type { OrderFailure, OrderStatus } from '../contract.ts'
import type { CancellationReason } from './cancellation-reason.ts'
import type { OrderState } from './order-state.ts'

// Owns: the states of an order and the moves between them. Pure: a command is decided into facts, facts are evolved into the next state.

/** What somebody wants of an order. */
export type OrderCommand =
  | { readonly type: 'confirm'; readonly orderNumber: number; readonly at: number }
  | { readonly type: 'reject'; readonly failure: OrderFailure }
  /** The goods are on their way and paid. */
  | { readonly type: 'settle' }
  | { readonly type: 'request_cancel'; readonly reason: CancellationReason }
  | { readonly type: 'finish_cancel'; readonly voidedMinor: number; readonly refundedMinor: number }
  /** The parcel cannot be called back any more. */
  | { readonly type: 'refuse_cancel' }

/** What happened to an order. */
export type OrderFact =
  | { readonly type: 'confirmed'; readonly orderNumber: number; readonly at: number }
  | { readonly type: 'rejected'; readonly failure: OrderFailure }
  | { readonly type: 'settled' }
  | { readonly type: 'cancel_requested'; readonly reason: CancellationReason }
  | { readonly type: 'cancelled'; readonly voidedMinor: number; readonly refundedMinor: number }
  | { readonly type: 'cancel_refused' }

/** Where each command leads from each status; what is not listed is not allowed. */
const MOVES: Readonly<Record<OrderStatus, Partial<Record<OrderCommand['type'], OrderStatus>>>> = {
  pending: { confirm: 'confirmed', reject: 'rejected', request_cancel: 'cancelling' },
  confirmed: { settle: 'confirmed', request_cancel: 'cancelling' },
  cancelling: { finish_cancel: 'cancelled', refuse_cancel: 'confirmed' },
  rejected: {},
  cancelled: {},
  completed: {},
}

/** Returns where a command leads from the order's present state; undefined when it is not allowed there. */
export function statusAfter(
  order: Pick<OrderState, 'status' | 'settled' | 'confirmedAt'>,
  type: OrderCommand['type'],
): OrderStatus | undefined {
  if (type === 'settle' && order.settled) return undefined
  if (type === 'refuse_cancel' && order.confirmedAt === null) return undefined
  return MOVES[order.status][type]
}

/** States that a command may lead to from here, for the answer to an illegal one. */
export function allowedStatuses(status: OrderStatus): OrderStatus[] {
  return [...new Set(Object.values(MOVES[status]))].filter((next) => next !== status)
}

/** Decides a command into facts. Throws `failed_precondition` when the order's state does not allow it: nothing is silently dropped. */
export function decide(order: OrderState, command: OrderCommand): OrderFact {
  if (statusAfter(order, command.type) === undefined)
    throw new BanyanError(
      'failed_precondition',
      `order ${order.id} is ${order.status}${order.settled ? ' and settled' : ''}; "${command.type}" is not possible`,
    )
  switch (command.type) {
    case 'confirm':
      return { type: 'confirmed', orderNumber: command.orderNumber, at: command.at }
    case 'reject':
      return { type: 'rejected', failure: command.failure }
    case 'settle':
      return { type: 'settled' }
    case 'request_cancel':
      return { type: 'cancel_requested', reason: command.reason }
    case 'finish_cancel':
      return { type: 'cancelled', voidedMinor: command.voidedMinor, refundedMinor: command.refundedMinor }
    case 'refuse_cancel':
      return { type: 'cancel_refused' }
  }
}

/** Returns the order after a fact. */
export function evolve(order: OrderState, fact: OrderFact): OrderState {
  switch (fact.type) {
    case 'confirmed':
      return changed(order, { status: 'confirmed', paymentStatus: 'authorized', orderNumber: fact.orderNumber, confirmedAt: fact.at })
    case 'rejected':
      return changed(order, { status: 'rejected', paymentStatus: rejectedPayment(fact.failure), failure: fact.failure, settled: true })
    case 'settled':
      return changed(order, { paymentStatus: 'captured', fulfilmentStatus: 'fulfilled', settled: true })
    case 'cancel_requested':
      return changed(order, { status: 'cancelling', failure: { reason: fact.reason }, settled: false })
    case 'cancelled':
      return changed(order, { status: 'cancelled', ...afterCancellation(order, fact), settled: true })
    case 'cancel_refused':
      return changed(order, { status: 'confirmed', failure: null, settled: order.paymentStatus === 'captured' })
  }
}

function rejectedPayment({ reason }: OrderFailure): OrderState['paymentStatus'] {
  return reason === 'payment_declined' ? 'failed' : 'voided'
}

function afterCancellation(
  order: OrderState,
  { refundedMinor, voidedMinor }: { refundedMinor: number; voidedMinor: number },
): Partial<OrderState> {
  const paymentStatus = refundedMinor > 0 ? 'refunded' : voidedMinor > 0 ? 'voided' : 'none'
  return { paymentStatus, fulfilmentStatus: order.fulfilmentStatus === 'fulfilled' ? 'returned' : 'unfulfilled' }
}

function changed(order: OrderState, change: Partial<OrderState>): OrderState {
  return { ...order, ...change, version: order.version + 1 }
}
