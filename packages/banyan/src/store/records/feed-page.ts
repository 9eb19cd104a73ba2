import type { StoredEvent } from './feed.ts'

/** UTF-8 needs at most three bytes for one unit of UTF-16. */
const BYTES_PER_UNIT_MAX = 3

/** Returns the first events, up to the one with which their data reach `bytesMax` bytes of UTF-8 (S14). */
export function firstBytes(events: StoredEvent[], bytesMax: number): StoredEvent[] {
  const end = endOfBytes(events, bytesMax)
  return end === undefined || end === events.length ? events : events.slice(0, end)
}

/** Tells whether the data of a page reach `bytesMax` bytes of UTF-8: then it may have ended for that. */
export function reachesBytes(events: readonly StoredEvent[], bytesMax: number): boolean {
  return endOfBytes(events, bytesMax) !== undefined
}

/** How many events it takes to reach `bytesMax`; undefined when all are not enough. Counts characters first: bytes cost ten times as much. */
function endOfBytes(events: readonly StoredEvent[], bytesMax: number): number | undefined {
  let units = 0
  for (const { data } of events) units += data.length
  if (units * BYTES_PER_UNIT_MAX < bytesMax) return undefined
  let bytes = 0
  for (const [index, { data }] of events.entries()) {
    bytes += Buffer.byteLength(data)
    if (bytes >= bytesMax) return index + 1
  }
  return undefined
}
