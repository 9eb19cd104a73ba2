import { misuse } from '../kernel/error.ts'
import { numberText, sample, withLabel } from './prometheus-text.ts'

/** Observes one series. Observing neither allocates nor looks anything up. */
export interface Histogram {
  observe(value: number): void
  readonly count: number
  readonly sum: number
  /** Upper bounds, ascending, without infinity. */
  readonly bounds: readonly number[]
  /** Observations by bucket, not added up; the last counts what is above all bounds. */
  readonly counts: Readonly<Float64Array>
  /** Returns an estimate of a quantile in [0, 1], linear within its bucket; NaN without observations. */
  quantile(share: number): number
}

/** Upper bounds for durations of answers, in seconds: two to three per decade from half a millisecond to ten seconds. */
export const LATENCY_BUCKETS_SECONDS: readonly number[] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** Buckets of one histogram at most; each is a line in every scrape. */
const BUCKETS_MAX = 100

/** Creates one histogram. Throws `misuse` when the bounds do not ascend. */
export function createHistogram(bounds: readonly number[] = LATENCY_BUCKETS_SECONDS): Histogram {
  if (
    bounds.length === 0 ||
    bounds.length > BUCKETS_MAX ||
    bounds.some((bound, index) => !Number.isFinite(bound) || bound <= (bounds[index - 1] ?? -Infinity))
  )
    misuse(`histogram bounds must be 1 to ${BUCKETS_MAX} ascending finite numbers, but are ${bounds.join(', ')}`)
  const limits = Float64Array.from(bounds)
  const counts = new Float64Array(bounds.length + 1)
  let count = 0
  let sum = 0
  return {
    observe(value) {
      let index = 0
      while (index < limits.length && value > (limits[index] as number)) index++
      counts[index] = (counts[index] as number) + 1
      count++
      sum += value
    },
    get count() {
      return count
    },
    get sum() {
      return sum
    },
    bounds,
    counts,
    quantile: (share) => quantile(limits, counts, count, share),
  }
}

/** Writes the lines of one histogram: buckets added up, sum and count. */
export function histogramLines(name: string, labels: string, histogram: Histogram): string[] {
  let total = 0
  const lines = [...histogram.bounds, Infinity].map((bound, index) => {
    total += histogram.counts[index] ?? 0
    return sample(`${name}_bucket`, withLabel(labels, 'le', numberText(bound)), total)
  })
  return [...lines, sample(`${name}_sum`, labels, histogram.sum), sample(`${name}_count`, labels, histogram.count)]
}

function quantile(limits: Float64Array, counts: Float64Array, count: number, share: number): number {
  if (count === 0) return Number.NaN
  const rank = share * count
  let below = 0
  for (let index = 0; index < limits.length; index++) {
    const here = counts[index] as number
    const upper = limits[index] as number
    if (here > 0 && below + here >= rank) {
      const lower = index === 0 ? Math.min(0, upper) : (limits[index - 1] as number)
      return lower + ((upper - lower) * (rank - below)) / here
    }
    below += here
  }
  return limits.at(-1) as number
}
