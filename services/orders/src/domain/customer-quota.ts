/** How much one customer may have under way, and how often they may call off. Infinity: without limit. */
export interface QuotaLimits {
  readonly openOrders: number
  readonly openUnits: number
  readonly cancellationsPerHour: number
}

/** What a customer uses of it. */
export interface QuotaUse {
  readonly openOrders: number
  readonly openUnits: number
  readonly cancellations: number
}

/** A quota that is used up. */
export interface ExceededQuota {
  readonly quota: 'open_orders' | 'open_units' | 'cancellations'
  readonly max: number
  readonly current: number
}

/**
 * Returns the quota that one more order of `units` would exceed; undefined when it may be placed. The units of a customer's only open order
 * are not limited: one order may be as large as the contract allows.
 */
export function exceededQuota(limits: QuotaLimits, use: QuotaUse, units: number): ExceededQuota | undefined {
  const { openOrders, openUnits, cancellationsPerHour } = limits
  if (use.cancellations >= cancellationsPerHour) return { quota: 'cancellations', max: cancellationsPerHour, current: use.cancellations }
  if (use.openOrders >= openOrders) return { quota: 'open_orders', max: openOrders, current: use.openOrders }
  if (use.openOrders > 0 && use.openUnits + units > openUnits) return { quota: 'open_units', max: openUnits, current: use.openUnits }
  return undefined
}
