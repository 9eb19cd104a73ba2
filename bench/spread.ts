import type { Figure } from './section.ts'

/** The middle of some values, and how far they are apart. */
export type Spread = Pick<Figure, 'median' | 'lowest' | 'highest' | 'samples'>

/** Returns the median of `values` (of an even number the upper middle one), the lowest, the highest and how many there are. */
export function spread(values: readonly number[]): Spread {
  if (values.length === 0) throw new Error('spread: expected at least one value; got none')
  const sorted = values.toSorted((a, b) => a - b)
  return { median: percentile(sorted, 0.5), lowest: percentile(sorted, 0), highest: percentile(sorted, 1), samples: sorted.length }
}

/** Returns the value below which `share` (0 to 1) of the ascending `sorted` lie. */
export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}
