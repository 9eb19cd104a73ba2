import type { Deadline } from '../../kernel/deadline.ts'
import { remainingMs } from '../../kernel/deadline.ts'
import { BanyanError } from '../../kernel/error.ts'
import type { Runtime } from '../../kernel/runtime.ts'
import type { SagaRecord } from '../../store/records/saga-records.ts'
import type { Store } from '../../store/store.ts'

/** Waiters at most; each is a request that is held open. */
const WAITERS_MAX = 10_000
/** How often a waiter looks where another process may run the saga. */
const POLL_MS = 250

/** Tells whether a saga has come to rest: final, or waiting for a person. */
export function isSettled(saga: SagaRecord): boolean {
  return saga.status === 'completed' || saga.status === 'compensated' || saga.status === 'stuck'
}

/** Those who wait for sagas to come to rest. */
export class SettledWaiters {
  readonly #store: Store
  readonly #runtime: Runtime
  readonly #waiters = new Map<string, Set<(saga: SagaRecord) => void>>()
  #count = 0

  constructor(store: Store, runtime: Runtime) {
    this.#store = store
    this.#runtime = runtime
  }

  /** Wakes those who wait for `saga`. */
  settled(saga: SagaRecord): void {
    for (const resolve of this.#waiters.get(saga.id) ?? []) resolve(saga)
  }

  /** Resolves with the saga once it has come to rest; with undefined when the deadline passes first. `local`: it runs in this process. */
  async wait(id: string, deadline: Deadline, local: boolean): Promise<SagaRecord | undefined> {
    if (this.#count >= WAITERS_MAX) throw new BanyanError('overloaded', 'too many requests wait for sagas; ask for the state instead')
    return new Promise((resolve) => {
      const { clock, log } = this.#runtime
      const end = (saga: SagaRecord | undefined): void => {
        cancel()
        cancelPoll?.()
        this.#remove(id, end)
        resolve(saga)
      }
      const cancel = clock.setTimer(remainingMs(clock, deadline), () => end(undefined))
      let cancelPoll: (() => void) | undefined
      const look = (): void => {
        this.#read(id).then(
          (saga) => saga && end(saga),
          (error: unknown) => log.warn('the state of a saga cannot be read', { id, error }),
        )
        if (this.#store.features.shared) cancelPoll = clock.setTimer(POLL_MS, look)
      }
      this.#add(id, end)
      if (!local || this.#store.features.shared) look()
    })
  }

  async #read(id: string): Promise<SagaRecord | undefined> {
    const saga = await this.#store.read((tx) => tx.sagas.find(id))
    return saga && isSettled(saga) ? saga : undefined
  }

  #add(id: string, resolve: (saga: SagaRecord) => void): void {
    const others = this.#waiters.get(id)
    if (others) others.add(resolve)
    else this.#waiters.set(id, new Set([resolve]))
    this.#count++
  }

  #remove(id: string, resolve: (saga: SagaRecord) => void): void {
    const waiters = this.#waiters.get(id)
    if (!waiters?.delete(resolve)) return
    this.#count--
    if (waiters.size === 0) this.#waiters.delete(id)
  }
}
