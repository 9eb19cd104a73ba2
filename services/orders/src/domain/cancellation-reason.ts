/**
 * Why orders are cancelled: what customers and staff may say, then what the shop itself finds. Events and sagas carry these and nothing that
 * somebody wrote.
 */
export const CANCELLATION_REASONS = [
  'changed_mind',
  'ordered_by_mistake',
  'too_late',
  'found_cheaper',
  'other',
  'cancelled_by_customer',
  'cancelled_by_staff',
  'deadline',
  'capture_failed',
  'insufficient_stock',
  'unknown_sku',
  'reservation_closed',
] as const
/** Why an order is cancelled. */
export type CancellationReason = (typeof CANCELLATION_REASONS)[number]

/** Why an order is cancelled, as permanent records may say it, and what somebody wrote about it, for the one row that can be erased. */
export interface Cancelled {
  readonly reason: CancellationReason
  readonly note: string | undefined
}

const KNOWN: ReadonlySet<string> = new Set(CANCELLATION_REASONS)

/** Tells whether a text is one of the reasons, so that it may stand in events and sagas. */
export function isCancellationReason(text: string): text is CancellationReason {
  return KNOWN.has(text)
}

/** Returns a text if it is one of the reasons, else `other`: a record that stays never carries what somebody wrote. */
export function asReason(text: string): CancellationReason {
  return isCancellationReason(text) ? text : 'other'
}

/** Separates the reason that was given from what was written about it. `whenNone` stands where nobody gave a reason. */
export function cancelledFor(
  { reason, note }: { readonly reason?: string | undefined; readonly note?: string | undefined },
  whenNone: CancellationReason,
): Cancelled {
  if (reason === undefined) return { reason: whenNone, note }
  if (isCancellationReason(reason)) return { reason, note }
  return { reason: 'other', note: note === undefined ? reason : `${reason}\n${note}` }
}
