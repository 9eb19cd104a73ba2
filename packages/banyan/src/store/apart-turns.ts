import { BanyanError } from '../kernel/error.ts'
import type { ApartEnd } from './apart.ts'

/** Reads apart that run at a time: they are for people and audits, and leave the machine and the database to the customers. */
const RUNNING_MAX = 2
/** Reads that wait at most; people who ask more often than it answers are refused. */
const WAITING_MAX = 32
/** When who was refused should try again. */
const RETRY_AFTER_MS = 2_000

/** Lets few reads apart run at a time. The others wait in the order in which they came, within their own time (S11). */
export class ApartTurns {
  readonly #waiting: (() => void)[] = []
  readonly #runningMax: number
  readonly #waitingMax: number
  #running = 0

  constructor({ runningMax = RUNNING_MAX, waitingMax = WAITING_MAX }: { readonly runningMax?: number; readonly waitingMax?: number } = {}) {
    this.#runningMax = runningMax
    this.#waitingMax = waitingMax
  }

  /** Resolves when it is this read's turn; pair with {@link release}. Rejects with what ended it, or `overloaded` when too many wait. */
  async take({ ended }: ApartEnd): Promise<void> {
    if (this.#running < this.#runningMax) return void this.#running++
    if (this.#waiting.length >= this.#waitingMax) {
      const message = `${this.#waitingMax} long reads wait already; try again when some have ended`
      throw new BanyanError('overloaded', message, { retry: 'safe', retryAfterMs: RETRY_AFTER_MS })
    }
    const turn = Promise.withResolvers<void>()
    this.#waiting.push(turn.resolve)
    try {
      await Promise.race([turn.promise, ended])
    } catch (thrown) {
      const index = this.#waiting.indexOf(turn.resolve)
      if (index < 0) this.release() // its turn came in the same moment: another may have it
      else this.#waiting.splice(index, 1)
      throw thrown
    }
  }

  /** A read has ended: the next one begins. */
  release(): void {
    const next = this.#waiting.shift()
    if (next) next()
    else this.#running--
  }
}
