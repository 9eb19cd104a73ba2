import type { Clock } from './clock.ts'

/** Less is what a clock that is kept in step does all the time. */
const SET_BACK_MS_MIN = 1_000

/**
 * Notices that the wall clock was set back, by comparing it with the monotonic one at every look.
 * Returns a function that is true at the first look, because nobody knows what happened before, and at the first one after each such jump.
 */
export function createClockWatch(clock: Pick<Clock, 'now' | 'monotonic'>): () => boolean {
  let ahead = Number.POSITIVE_INFINITY
  return () => {
    const offset = clock.now() - clock.monotonic()
    const isSetBack = offset < ahead - SET_BACK_MS_MIN
    ahead = isSetBack ? offset : Math.max(ahead, offset)
    return isSetBack
  }
}
