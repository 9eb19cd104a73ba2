import type { Clock } from '../kernel/clock.ts'

/** Lets one loop sleep until there is something to do. */
export class Wake {
  readonly #clock: Pick<Clock, 'setTimer'>
  #awake = false
  #rouse: (() => void) | undefined

  constructor(clock: Pick<Clock, 'setTimer'>) {
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
      await new Promise<void>((resolve) => {
        const cancel = this.#clock.setTimer(delayMs, resolve)
        this.#rouse = () => {
          cancel()
          resolve()
        }
      })
      this.#rouse = undefined
    }
    this.#awake = false
  }
}
