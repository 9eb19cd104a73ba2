import type { HeapReader } from './live-heap.ts'

/** What a server keeps of each request it has answered. */
export interface HeapGrowth {
  readonly requestsPerRound: number
  /** Live bytes after each round. */
  readonly liveBytes: readonly number[]
  /** Median of the slopes between all pairs of rounds: one odd round does not move it. */
  readonly bytesPerRequest: number
}

/** How memory is measured. */
export interface HeapRounds {
  /** Sends the same requests each time; resolves with how many. */
  round(): Promise<number>
  /** Rounds that are not counted: code is compiled, caches and pools fill. */
  readonly warmUp: number
  /** Rounds that are counted; at least 3. */
  readonly rounds: number
}

/** Sends the same requests again and again and looks what stays. */
export async function heapGrowth(heap: HeapReader, { round, warmUp, rounds }: HeapRounds): Promise<HeapGrowth> {
  for (let number = 0; number < warmUp; number++) await round()
  const liveBytes = [await heap.liveBytes()]
  let requestsPerRound = 0
  for (let number = 0; number < rounds; number++) {
    requestsPerRound = await round()
    liveBytes.push(await heap.liveBytes())
  }
  return { requestsPerRound, liveBytes, bytesPerRequest: medianSlope(liveBytes) / Math.max(1, requestsPerRound) }
}

/** Theil and Sen's estimate of the slope of evenly spaced values. */
export function medianSlope(values: readonly number[]): number {
  const slopes = values.flatMap((value, at) => values.slice(at + 1).map((later, distance) => (later - value) / (distance + 1)))
  const sorted = slopes.toSorted((first, second) => first - second)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? 0
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? 0)) / 2
}
