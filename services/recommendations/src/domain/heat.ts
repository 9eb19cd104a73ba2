/** Time after which a purchase counts half: what sold two weeks ago says little about today. */
export const HEAT_HALF_LIFE_MS = 14 * 24 * 60 * 60_000

/** What one event adds, compared with a purchase. Looking is cheap, so it says little. */
export const HEAT_WEIGHTS = { buy: 1, cart: 0.3, view: 0.1 } as const

/**
 * Returns the popularity after one more event. Popularity decays, but no row is ever touched for that: instead of shrinking old events,
 * new ones weigh more (forward decay), and the logarithm keeps the number small. Values of any two moments can be compared and sorted.
 */
export function addHeat(heat: number | undefined, weight: number, now: number): number {
  const added = now / HEAT_HALF_LIFE_MS + Math.log2(weight)
  if (heat === undefined) return added
  const [high, low] = heat > added ? [heat, added] : [added, heat]
  return high + Math.log2(1 + 2 ** (low - high))
}

/** Returns a popularity as it counts now: the number of purchases of this moment it is worth. */
export function heatNow(heat: number, now: number): number {
  return 2 ** (heat - now / HEAT_HALF_LIFE_MS)
}
