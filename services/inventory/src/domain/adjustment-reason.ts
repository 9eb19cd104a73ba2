/** Why stock is corrected. */
export const ADJUSTMENT_REASONS = ['counted', 'received', 'returned', 'damaged', 'lost', 'other'] as const
/** Why stock was corrected. */
export type AdjustmentReason = (typeof ADJUSTMENT_REASONS)[number]
/** Why stock was corrected, as the journal and events say it for ever, and what somebody wrote about it, for the one row that is removed in time. */
export interface Adjusted {
  readonly reason: AdjustmentReason
  readonly note: string | undefined
}

/** Separates a reason of the contract from what somebody wrote instead. */
export function adjustedFor(text: string): Adjusted {
  const known = ADJUSTMENT_REASONS.find((reason) => reason === text)
  return known === undefined ? { reason: 'other', note: text } : { reason: known, note: undefined }
}
