import { BanyanError } from 'banyan'

/** Bounds of costly work. */
export interface SlotOptions {
  /** Pieces of work under way at once. */
  readonly activeMax: number
  /** Pieces of work that may wait; more are refused with `overloaded`. */
  readonly waitingMax: number
  /** Advice to whoever is refused, in milliseconds. */
  readonly retryAfterMs: number
}

/** Runs costly work, a bounded number at a time, first come first served. */
export interface Slots {
  run<T>(work: () => Promise<T>): Promise<T>
}

/** Builds slots. */
export function createSlots({ activeMax, waitingMax, retryAfterMs }: SlotOptions): Slots {
  const waiting: (() => void)[] = []
  let active = 0

  async function enter(): Promise<void> {
    if (active < activeMax) {
      active++
      return
    }
    if (waiting.length >= waitingMax)
      throw new BanyanError('overloaded', 'too many sign-ins at once; try again in a moment', { retryAfterMs })
    await new Promise<void>((resolve) => {
      waiting.push(resolve)
    })
  }
  /** Hands the slot to the next in line; it stays counted as active. */
  function leave(): void {
    const next = waiting.shift()
    if (next) next()
    else active--
  }
  return {
    async run(work) {
      await enter()
      try {
        return await work()
      } finally {
        leave()
      }
    },
  }
}
