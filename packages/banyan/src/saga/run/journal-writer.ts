import { backoffDelayMs, isNews } from '../../kernel/backoff.ts'
import { sleep } from '../../kernel/clock.ts'
import { toBanyanError, type BanyanError } from '../../kernel/error.ts'
import type { StoreTransaction } from '../../store/store.ts'
import type { SagaPoints } from '../definitions.ts'
import type { SagaEnvironment } from './saga-environment.ts'

/** Delay before the journal is written again after the store refused it. */
const JOURNAL_BACKOFF = { firstMs: 50, maxMs: 5_000 }

/** What a writer writes, and what follows from it. */
export interface JournalWrites<T> {
  /** Asked before each attempt; false ends the flush: there is nothing to write any more. */
  mayWrite(): boolean
  /** Writes everything that waits. `again`: an earlier attempt failed and may have committed without an answer. */
  write(tx: StoreTransaction, again: boolean): Promise<T>
  /** It is durable. */
  written(value: T): void
  /** It failed. Returns whether to try again after a pause, at once, or not at all. */
  failed(error: BanyanError): 'later' | 'now' | 'never'
}

/**
 * Writes one saga's journal, one transaction at a time.
 * Invariant: what is asked for before a transaction's body runs goes into that transaction; what is asked for later goes into the next (R3).
 */
export class JournalWriter<T> {
  readonly #environment: SagaEnvironment
  readonly #points: SagaPoints
  readonly #writes: JournalWrites<T>
  #open: Promise<void> | undefined
  #last: Promise<void> | undefined

  constructor(environment: SagaEnvironment, points: SagaPoints, writes: JournalWrites<T>) {
    this.#environment = environment
    this.#points = points
    this.#writes = writes
  }

  /** True while a transaction is on its way that takes what is added now. */
  get open(): boolean {
    return this.#open !== undefined
  }

  /** Makes everything durable that waits. Resolves also when there is nothing to write any more: look at the saga's phase. */
  flush(): Promise<void> {
    if (this.#open) return this.#open
    const flush = this.#flushAfter(this.#last)
    this.#open = flush
    this.#last = flush
    return flush
  }

  /** Runs `work` until the store answers or the saga is gone; undefined then. */
  async insist<R>(work: (again: boolean) => Promise<R>): Promise<R | undefined> {
    for (let tries = 1; this.#writes.mayWrite(); tries++) {
      try {
        return await work(tries > 1)
      } catch (thrown) {
        if (!(await this.#mayTryAgain(thrown, tries))) return undefined
      }
    }
    return undefined
  }

  async #flushAfter(previous: Promise<void> | undefined): Promise<void> {
    await previous // also without one: `#open` must be set before the first attempt
    await this.insist((again) => this.#write(again))
    this.#open = undefined
  }

  async #write(again: boolean): Promise<void> {
    const { store, runtime } = this.#environment
    runtime.faults.at(this.#points.beforeJournal)
    const { value } = await store.transaction((tx) => {
      this.#open = undefined
      return this.#writes.write(tx, again)
    })
    this.#writes.written(value)
    runtime.faults.at(this.#points.afterJournal)
  }

  async #mayTryAgain(thrown: unknown, tries: number): Promise<boolean> {
    this.#open = undefined
    const answer = this.#writes.failed(toBanyanError(thrown))
    if (answer !== 'later') return answer === 'now'
    const { clock, random, log } = this.#environment.runtime
    if (isNews(tries))
      log.error('the journal of a saga cannot be written; trying again', { service: this.#environment.service, tries, error: thrown })
    await sleep(clock, backoffDelayMs(JOURNAL_BACKOFF, tries, random))
    return true
  }
}
