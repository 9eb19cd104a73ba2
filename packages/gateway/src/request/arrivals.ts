import { BanyanError, type Clock } from 'banyan/kernel'
import { createSweep } from '../limits/sweep.ts'

/** How much may be on its way in. */
export interface ArrivalLimits {
  /** Bytes of bodies that have begun to arrive, in all. Default {@link ARRIVING_BYTES_MAX}. */
  readonly arrivingBytes?: number
  /** Slowest rate of a body, once {@link GRACE_MS} are over. Default {@link BODY_BYTES_PER_SECOND}. */
  readonly bodyBytesPerSecond?: number
}

/** A thousand orders that arrive at once take a tenth of it. */
const ARRIVING_BYTES_MAX = 64 * 1_048_576
/** A bad line of a phone is ten times as fast. */
const BODY_BYTES_PER_SECOND = 1_024
/** A connection that stalls for a moment is no attack. */
const GRACE_MS = 5_000

/** A body that arrives. */
export interface Arrival {
  /** Counts bytes that came. May stop this or another arrival. */
  add(bytes: number): void
  end(): void
}

/** Watches bodies that arrive. */
export interface Arrivals {
  /** Begins one; `stop` is called at most once when it has to end, with what to answer. */
  begin(address: string, stop: (error: BanyanError) => void): Arrival
  /** Bytes that are held in all. */
  readonly bytes: number
}

interface Reading {
  readonly address: string
  readonly startedAt: number
  readonly stop: (error: BanyanError) => void
  bytes: number
}

/** What watching needs. */
export interface ArrivalsOptions {
  readonly clock: Clock
  readonly limits: ArrivalLimits
  readonly refused: (limit: string) => void
}

/**
 * Creates the watch. When all bodies together are too much, the largest one goes of the address that holds most: whoever holds
 * many back pays for it, and a small order of somebody else still arrives.
 */
export function createArrivals({ clock, limits, refused }: ArrivalsOptions): Arrivals {
  const { arrivingBytes: max = ARRIVING_BYTES_MAX, bodyBytesPerSecond = BODY_BYTES_PER_SECOND } = limits
  const readings = new Set<Reading>()
  const sweep = createSweep(clock, lookForSlow)
  let total = 0

  function remove(reading: Reading): boolean {
    if (!readings.delete(reading)) return false
    total -= reading.bytes
    return true
  }
  function stop(reading: Reading, limit: string, error: BanyanError): void {
    if (!remove(reading)) return
    refused(limit)
    reading.stop(error)
  }
  function lookForSlow(): boolean {
    const now = clock.monotonic()
    for (const reading of readings) {
      const lateMs = now - reading.startedAt - GRACE_MS
      if (lateMs > 0 && reading.bytes < (lateMs / 1_000) * bodyBytesPerSecond) stop(reading, 'body-rate', tooSlow(bodyBytesPerSecond))
    }
    return readings.size > 0
  }
  return {
    begin(address, onStop) {
      const reading: Reading = { address, startedAt: clock.monotonic(), stop: onStop, bytes: 0 }
      readings.add(reading)
      sweep.start()
      return {
        add(bytes) {
          if (!readings.has(reading)) return
          reading.bytes += bytes
          total += bytes
          while (total > max) stop(largestOfHeaviest(readings), 'arriving-bytes', tooMuch())
        },
        end: () => void remove(reading),
      }
    },
    get bytes() {
      return total
    },
  }
}

function largestOfHeaviest(readings: ReadonlySet<Reading>): Reading {
  const byAddress = new Map<string, { bytes: number; largest: Reading }>()
  let heaviest: { bytes: number; largest: Reading } | undefined
  for (const reading of readings) {
    const own = byAddress.get(reading.address) ?? { bytes: 0, largest: reading }
    own.bytes += reading.bytes
    if (reading.bytes > own.largest.bytes) own.largest = reading
    byAddress.set(reading.address, own)
    if (heaviest === undefined || own.bytes > heaviest.bytes) heaviest = own
  }
  return (heaviest as { largest: Reading }).largest
}

function tooSlow(bytesPerSecond: number): BanyanError {
  return new BanyanError('request_timeout', `the body arrives too slowly; send at least ${bytesPerSecond} bytes a second`)
}

function tooMuch(): BanyanError {
  return new BanyanError('overloaded', 'too many large requests arrive at once; try again in a moment', { retryAfterMs: 1_000 })
}
