import type { CancelTimer, Clock } from '../../kernel/clock.ts'

/** Lets one loop sleep until there is something to do. Made for loops that are woken far more often than they sleep their time out. */
export class Wake {
  readonly #clock: Pick<Clock, 'setTimer' | 'monotonic'>
  #awake = false
  #rouse: (() => void) | undefined
  /** When the present sleep ends by itself. */
  #dueAt = 0
  /** When the timer fires; it is left to run when a sleep ends early, because setting and cancelling one costs more than the rest. */
  #firesAt = Infinity
  #cancel: CancelTimer | undefined

  constructor(clock: Pick<Clock, 'setTimer' | 'monotonic'>) {
    this.#clock = clock
  }

  /** Ends the current sleep, or the next one at once. */
  wake(): void {
    this.#awake = true
    this.#rouse?.()
  }

  /** Forgets a wake that came before: what it announced is about to be looked at. */
  clear(): void {
    this.#awake = false
  }

  /** Sleeps for at most `delayMs`. One sleeper at a time. */
  async sleep(delayMs: number): Promise<void> {
    if (!this.#awake) {
      this.#dueAt = this.#clock.monotonic() + delayMs
      if (this.#dueAt < this.#firesAt) this.#setTimer(delayMs)
      await new Promise<void>((resolve) => {
        this.#rouse = resolve
      })
      this.#rouse = undefined
    }
    this.#awake = false
  }

  /** Cancels the timer, so that nothing is left behind. */
  end(): void {
    this.#cancel?.()
    this.#firesAt = Infinity
  }

  #setTimer(delayMs: number): void {
    this.#cancel?.()
    this.#firesAt = this.#clock.monotonic() + delayMs
    this.#cancel = this.#clock.setTimer(delayMs, () => this.#fire())
  }

  #fire(): void {
    this.#firesAt = Infinity
    if (!this.#rouse) return
    const leftMs = this.#dueAt - this.#clock.monotonic()
    if (leftMs > 0) this.#setTimer(leftMs)
    else this.#rouse()
  }
}
