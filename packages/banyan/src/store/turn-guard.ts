import type { Clock } from '../kernel/clock.ts'

/** Says what was wrong with a body that was still waiting when everything of its own had answered (S5, law 4). */
export const AWAITED_SOMETHING_ELSE =
  'the body of a transaction or read awaited something other than its own store (a call, a timer, a file, another transaction); ' +
  'it was aborted and left nothing behind; do such work before it and pass in the result'

/**
 * Finds bodies that await something else than their store, where the store answers at once (S5): they end within the microtasks of their turn, so
 * that one which is still there in the next turn waits for something else.
 */
export class TurnGuard {
  readonly #clock: Pick<Clock, 'soon'>
  readonly #late: () => void
  #watches = 0

  /** `late` is called in the turn after {@link watch}; it looks whether what ran then still runs. */
  constructor(clock: Pick<Clock, 'soon'>, late: () => void) {
    this.#clock = clock
    this.#late = late
  }

  /** Looks in the next turn. Only the newest watch counts: an older one was set for what ended in time. */
  watch(): void {
    this.#watches++
    this.#clock.soon(this.#look)
  }

  readonly #look = (): void => {
    if (--this.#watches === 0) this.#late()
  }
}
