import { AsyncResource } from 'node:async_hooks'
import { BanyanError } from '../../kernel/error.ts'
import type { Runtime } from '../../kernel/runtime.ts'
import type { Documents } from '../documents/documents.ts'
import { storePoints } from '../fault-points.ts'
import type { Commit, StoreTransaction, TransactionOptions } from '../store.ts'
import { AWAITED_SOMETHING_ELSE, TurnGuard } from '../turn-guard.ts'
import type { MemoryData } from './memory-data.ts'
import { MemoryDocuments } from './memory-documents.ts'
import { MemoryTransaction } from './memory-transaction.ts'

/** More transactions than this waiting mean that the process is far behind its load; better to refuse than to grow. */
const TRANSACTIONS_QUEUED_MAX = 10_000

/** Once transactions held a turn of the loop for so long, the rest waits for another: a request hardly notices. */
const TURN_MS_MAX = 10

/** What transactions work on. */
export interface MemoryTransactionsParts {
  readonly service: string
  readonly runtime: Runtime
  readonly data: MemoryData
  /** Tells that there are new events. */
  readonly notify: () => void
}

/** A transaction that was asked for. An async resource, so that the body runs in its caller's context. */
class Job extends AsyncResource {
  readonly body: (tx: StoreTransaction<Documents>) => Promise<unknown>
  readonly resolve: (commit: Commit<never>) => void
  readonly reject: (reason: unknown) => void
  documents: MemoryDocuments | undefined

  constructor(body: Job['body'], resolve: Job['resolve'], reject: Job['reject']) {
    super('banyan.transaction')
    this.body = body
    this.resolve = resolve
    this.reject = reject
  }
}

/**
 * Runs transactions one after another, each on the version that the one before it left.
 *
 * - M1 A body works on a version of its own: a commit puts it in the place of the data, a failure lets go of it. Nothing else is ever changed.
 * - M2 A body awaits nothing but its documents, which answer at once, so it ends within the microtasks of its turn. One that is still running in
 *   the next turn awaits something else and is aborted (S5).
 * - M3 Transactions begin in the turn after they were asked for and hold one for {@link TURN_MS_MAX} at most.
 */
export class MemoryTransactions {
  readonly #parts: MemoryTransactionsParts
  readonly #points: ReturnType<typeof storePoints>
  readonly #guard: TurnGuard
  readonly #queue: Job[] = []
  readonly #idle: (() => void)[] = []
  #running: Job | undefined
  #isBusy = false
  #turnBegan = 0

  constructor(parts: MemoryTransactionsParts) {
    this.#parts = parts
    this.#points = storePoints(parts.service)
    this.#guard = new TurnGuard(parts.runtime.clock, () => this.#abort())
  }

  /** Runs `body` in a transaction. */
  run<T>(body: (tx: StoreTransaction<Documents>) => Promise<T>, { urgent = false }: TransactionOptions = {}): Promise<Commit<T>> {
    return new Promise<Commit<T>>((resolve, reject) => {
      if (this.#queue.length >= TRANSACTIONS_QUEUED_MAX)
        return reject(new BanyanError('overloaded', 'too many transactions wait for the store; try again in a moment'))
      const job = new Job(body, resolve, reject)
      if (urgent) this.#queue.unshift(job)
      else this.#queue.push(job)
      if (!this.#isBusy) this.#schedule()
    })
  }

  /** Resolves when no transaction waits or runs. */
  async settle(): Promise<void> {
    if (this.#isBusy) await new Promise<void>((resolve) => this.#idle.push(resolve))
  }

  #schedule(): void {
    this.#isBusy = true
    this.#parts.runtime.clock.soon(() => {
      this.#turnBegan = this.#parts.runtime.clock.monotonic()
      this.#guard.watch()
      this.#next()
    })
  }

  #next(): void {
    if (this.#queue.length === 0) {
      this.#isBusy = false
      for (const resolve of this.#idle.splice(0)) resolve()
      return
    }
    if (this.#parts.runtime.clock.monotonic() - this.#turnBegan > TURN_MS_MAX) return this.#schedule()
    const job = this.#queue.shift() as Job
    this.#running = job
    job.runInAsyncScope(() => void this.#perform(job))
  }

  async #perform(job: Job): Promise<void> {
    const { data, runtime } = this.#parts
    const { collections, bytesMax } = data
    try {
      runtime.faults.at(this.#points.beforeBegin)
      const documents = new MemoryDocuments(data.version, { collections, bytesMax, canWrite: true })
      job.documents = documents
      const size = async () => ({ bytes: documents.version.bytes, freeBytes: 0 })
      const transaction = new MemoryTransaction(documents, { now: () => runtime.clock.now(), size })
      const value = await job.body(transaction)
      const events = await transaction.conclude()
      if (this.#running === job) this.#commit(job, transaction, { value, token: tokenOf(events) })
    } catch (thrown) {
      this.#fail(job, thrown)
    }
  }

  /** Everything from the end of the body on happens at once: nobody sees a version that is not the whole of a transaction. */
  #commit(job: Job, { callbacks }: MemoryTransaction, commit: Commit<unknown>): void {
    const { data, runtime, notify } = this.#parts
    const documents = job.documents as MemoryDocuments
    documents.end('is over')
    runtime.faults.at(this.#points.afterBody)
    runtime.faults.at(this.#points.beforeCommit)
    data.version = documents.version
    try {
      runtime.faults.at(this.#points.afterCommit)
      job.resolve(commit as Commit<never>)
      for (const callback of callbacks) this.#call(callback)
    } catch (thrown) {
      job.reject(thrown)
    }
    if (commit.token !== undefined) notify()
    this.#running = undefined
    this.#next()
  }

  #fail(job: Job, reason: unknown): void {
    if (this.#running !== job) return
    job.documents?.end('failed')
    job.reject(reason)
    this.#running = undefined
    this.#next()
  }

  #abort(): void {
    if (this.#running === undefined) return
    this.#guard.watch() // for those that now come
    this.#fail(this.#running, new BanyanError('misuse', AWAITED_SOMETHING_ELSE))
  }

  #call(callback: () => void): void {
    try {
      callback()
    } catch (error) {
      this.#parts.runtime.log.error('a callback after a commit failed', { error })
    }
  }
}

function tokenOf(events: readonly { readonly position: number }[]): string | undefined {
  const last = events.at(-1)
  return last && String(last.position)
}
