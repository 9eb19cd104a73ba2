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
 * Creates a store of at most `keysMax` keys. A hand goes round the keys and drops those that are over: a flood of new keys costs
 * the same per request as any other, and cannot push out the callers that are limited right now.
 */
export function createArrivalStore(keysMax: number): ArrivalStore {
  const arrivals = new Map<string, number>()
  let hand = arrivals.entries()

  function makeRoom(nowUs: number): void {
    let soonest: string | undefined
    let soonestUs = Infinity
    for (let looked = 0; looked < LOOKED_AT; looked++) {
      const { value, done } = hand.next()
      if (done) {
        hand = arrivals.entries()
        continue
      }
      const [key, arrivalUs] = value
      if (arrivalUs <= nowUs) {
        arrivals.delete(key)
        return
      }
      if (arrivalUs < soonestUs) [soonest, soonestUs] = [key, arrivalUs]
    }
    if (soonest !== undefined) arrivals.delete(soonest)
  }
  return {
    get: (key) => arrivals.get(key),
    set(key, arrivalUs, nowUs) {
      if (arrivals.size >= keysMax && !arrivals.has(key)) makeRoom(nowUs)
      arrivals.set(key, arrivalUs)
    },
    get size() {
      return arrivals.size
    },
  }
}
