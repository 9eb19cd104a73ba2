import type { Clock } from './clock.ts'
import type { Random } from './random.ts'

/** Makes identifiers. */
export interface Ids {
  /** A UUID version 7 (RFC 9562): 48 bits of time, then random; sorts by time of creation. */
  uuid(): string
  /**
   * Lets all later UUIDs sort after `id`, whatever the clock says: for what is stored already, and was made when the clock was ahead.
   * One that is not a UUID version 7 is passed over.
   */
  follow(id: string): void
  /** `byteCount` random bytes as lower-case hex, e.g. 16 for a trace id, 8 for a span id. */
  hex(byteCount: number): string
}

/** How many random bytes are drawn at once: one draw from the system costs as much as hundreds of ids. */
const POOL_BYTES = 4_096

/** Time and counter of a UUID version 7. */
const VERSION_7 = /^([\da-f]{8})-([\da-f]{4})-7([\da-f]{3})-/

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** Builds ids from a clock and a source of randomness. Ids of one process are strictly increasing. */
export function createIds(clock: Pick<Clock, 'now'>, random: Random): Ids {
  const pool = new Uint8Array(POOL_BYTES)
  let used = POOL_BYTES
  let lastTime = 0
  let sequence = 0
  /** The part of an id that tells the time, and which time. */
  let prefix = ''
  let prefixTime = -1

  function byte(): number {
    if (used === POOL_BYTES) {
      random.bytes(pool)
      used = 0
    }
    return pool[used++] as number
  }
  function hex(byteCount: number): string {
    let text = ''
    for (let index = 0; index < byteCount; index++) text += HEX[byte()]
    return text
  }
  /** Twelve bits that grow within a millisecond (RFC 9562, section 6.2, method 1). */
  function nextSequence(now: number): number {
    if (now > lastTime) {
      lastTime = now
      sequence = byte() // leaves room for some 3,800 ids in this millisecond
    } else if (++sequence > 0xfff) {
      lastTime++
      sequence = 0
    }
    return sequence
  }
  function uuid(): string {
    const counter = nextSequence(clock.now())
    if (lastTime !== prefixTime) {
      const time = lastTime.toString(16).padStart(12, '0')
      prefix = `${time.slice(0, 8)}-${time.slice(8)}-7`
      prefixTime = lastTime
    }
    const low = `${HEX[(byte() & 0x3f) | 0x80]}${HEX[byte()]}`
    return `${prefix}${(counter >> 8).toString(16)}${HEX[counter & 0xff]}-${low}-${hex(6)}`
  }
  function follow(id: string): void {
    const [, high, low, counter] = VERSION_7.exec(id) ?? []
    if (high === undefined || low === undefined || counter === undefined) return
    const time = Number.parseInt(high + low, 16)
    const count = Number.parseInt(counter, 16)
    if (time < lastTime || (time === lastTime && count <= sequence)) return
    lastTime = time
    sequence = count
  }
  return { uuid, hex, follow }
}
