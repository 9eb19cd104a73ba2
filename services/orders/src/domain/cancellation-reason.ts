/** Why customers and staff say that an order is cancelled. */
export const GIVEN_REASONS = ['changed_mind', 'ordered_by_mistake', 'too_late', 'found_cheaper', 'other'] as const

/** Why orders are cancelled: what is given, then what the shop itself finds. Events and sagas carry these and nothing that somebody wrote. */
export const CANCELLATION_REASONS = [
  ...GIVEN_REASONS,
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

/** Returns a text if it is one of the reasons, else `other`: a record that stays never carries what somebody wrote. */
export function asReason(text: unknown): CancellationReason {
  return CANCELLATION_REASONS.find((reason) => reason === text) ?? 'other'
}

/**
 * Separates the reason that was given from what was written about it. `whenNone` stands where nobody gave a reason. What the shop itself finds is
 * nobody's to give: it counts as any other text.
 */
export function cancelledFor(
  { reason, note }: { readonly reason?: string | undefined; readonly note?: string | undefined },
  whenNone: CancellationReason,
): Cancelled {
  if (reason === undefined) return { reason: whenNone, note }
  const given = GIVEN_REASONS.find((known) => known === reason)
  if (given !== undefined) return { reason: given, note }
  return { reason: 'other', note: note === undefined ? reason : `${reason}\n${note}` }
}
