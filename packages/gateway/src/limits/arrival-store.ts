/** Keeps one number per key for a bounded number of keys. */
export interface ArrivalStore {
  get(key: string): number | undefined
  /** Keeps the arrival time, in microseconds. Where there is no room, a key goes whose time is over or comes soonest. */
  set(key: string, arrivalUs: number, nowUs: number): void
  readonly size: number
}

/** Keys looked at to make room for one. */
const LOOKED_AT = 8

/**
 * Creates a store of at most `keysMax` keys. A hand goes round the places and gives one away whose time is over, or of some
 * neighbours the one that will be soonest. A flood of new keys costs the same per request as any other, and takes the places of its
 * own kind: callers that are limited right now have the latest times of all, and keep theirs.
 */
export function createArrivalStore(keysMax: number): ArrivalStore {
  const places = new Map<string, number>()
  const keys: string[] = []
  const arrivals: number[] = []
  let hand = 0

  /** Returns the place to give away, with the hand behind it. */
  function place(nowUs: number): number {
    let soonest = hand
    for (let looked = 0; looked < LOOKED_AT; looked++) {
      const here = hand
      hand = (hand + 1) % keysMax
      if ((arrivals[here] as number) < (arrivals[soonest] as number)) soonest = here
      if ((arrivals[here] as number) <= nowUs) break
    }
    return soonest
  }
  return {
    get(key) {
      const at = places.get(key)
      return at === undefined ? undefined : arrivals[at]
    },
    set(key, arrivalUs, nowUs) {
      let at = places.get(key)
      if (at === undefined) {
        at = keys.length < keysMax ? keys.length : place(nowUs)
        if (at < keys.length) places.delete(keys[at] as string)
        places.set(key, at)
        keys[at] = key
      }
      arrivals[at] = arrivalUs
    },
    get size() {
      return places.size
    },
  }
}
