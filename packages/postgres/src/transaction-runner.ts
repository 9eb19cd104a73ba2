import {
  backoffDelayMs,
  type BackoffPolicy,
  BanyanError,
  type Deadline,
  deadlineAfter,
  remainingMs,
  type Runtime,
  sleep,
} from 'banyan/kernel'
import type { Commit, StoreReader, StoreTransaction } from 'banyan/store'
import type { SessionPool } from './session-pool.ts'
import { isConflict, isConnectionLoss, isLockTimeout, isStaleStatement } from './sql-failure.ts'
import { type AttemptContext, TransactionAttempt } from './transaction-attempt.ts'
import { WriterGate } from './writer-gate.ts'

/** What a runner is made with. */
export interface TransactionRunnerOptions {
  readonly pool: SessionPool
  readonly context: AttemptContext
  readonly runtime: Runtime
  /** Called after a commit with events. */
  readonly committedEvents: () => void
}

/** Whole time of a transaction with all its attempts; clients give up sooner. */
const TRANSACTION_MS_MAX = 30_000
/** Conflicts after which a transaction runs alone; one of two that conflict always gets through, so few need more. */
const CONFLICTS_SHARED = 3
/** Attempts in all. Those that run alone can only conflict with other processes. */
const ATTEMPTS_MAX = 12
/** How often a body is run again because its connection was lost before COMMIT; then it is for the caller to wait. */
const LOSSES_MAX = 2
/** A conflicting transaction lasts some milliseconds. */
const CONFLICT_BACKOFF: BackoffPolicy = { firstMs: 2, maxMs: 200 }

/** Runs transactions until they commit, fail for good, or time is up (S4). */
export class TransactionRunner {
  readonly #options: TransactionRunnerOptions
  readonly #gate = new WriterGate()

  constructor(options: TransactionRunnerOptions) {
    this.#options = options
  }

  async transaction<T>(body: (tx: StoreTransaction) => Promise<T>): Promise<Commit<T>> {
    const { runtime, context } = this.#options
    runtime.faults.at(`store.${context.service}.before-begin`)
    const deadline = deadlineAfter(runtime.clock, TRANSACTION_MS_MAX)
    let losses = 0
    let conflicts = 0
    for (let attempt = 1; ; attempt++) {
      const result = conflicts < CONFLICTS_SHARED ? await this.#shared(body, deadline) : await this.#alone(body, deadline)
      if ('commit' in result) return result.commit
      if (isConnectionLoss(result.cause)) losses++
      if (isConflict(result.cause)) conflicts++
      if (!worthRepeating(result) || losses > LOSSES_MAX) throw result.error
      if (attempt >= ATTEMPTS_MAX || remainingMs(runtime.clock, deadline) <= 0) throw conflictError(attempt, result.error)
      await sleep(runtime.clock, backoffDelayMs(CONFLICT_BACKOFF, attempt, runtime.random))
    }
  }

  async read<T>(body: (tx: StoreReader) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      const result = await this.#readOnce(body)
      if ('value' in result) return result.value
      if (attempt > LOSSES_MAX || !worthRepeating(result)) throw result.error
    }
  }

  async #shared<T>(body: (tx: StoreTransaction) => Promise<T>, deadline: Deadline): Promise<AttemptResult<T>> {
    const entered = this.#gate.enterShared()
    if (entered !== undefined) await entered
    try {
      return await this.#attempt(body, deadline)
    } finally {
      this.#gate.leaveShared()
    }
  }
  async #alone<T>(body: (tx: StoreTransaction) => Promise<T>, deadline: Deadline): Promise<AttemptResult<T>> {
    const entered = this.#gate.enterAlone()
    if (entered !== undefined) await entered
    try {
      return await this.#attempt(body, deadline)
    } finally {
      this.#gate.leaveAlone()
    }
  }

  async #attempt<T>(body: (tx: StoreTransaction) => Promise<T>, deadline: Deadline): Promise<AttemptResult<T>> {
    const { pool, context, runtime } = this.#options
    const session = await pool.acquire()
    const attempt = new TransactionAttempt({ context, session, kind: 'serializable', deadline })
    let value: T
    let number: number | undefined
    try {
      value = await attempt.run(body)
      runtime.faults.at(`store.${context.service}.before-commit`)
      number = await attempt.commit()
    } catch (error) {
      void attempt.rollback().then(() => pool.release(session))
      return { error, cause: attempt.failure }
    }
    pool.release(session)
    runtime.faults.at(`store.${context.service}.after-commit`)
    this.#afterCommit(attempt)
    return { commit: { value, token: number === undefined ? undefined : String(number) } }
  }
  #afterCommit(attempt: TransactionAttempt): void {
    if (attempt.hasEvents) this.#options.committedEvents()
    for (const callback of attempt.callbacks) {
      try {
        callback()
      } catch (error) {
        this.#options.runtime.log.error('a callback after a commit threw; the commit stands', {
          service: this.#options.context.service,
          error,
        })
      }
    }
  }

  async #readOnce<T>(body: (tx: StoreReader) => Promise<T>): Promise<{ value: T } | AttemptFailure> {
    const { pool, context, runtime } = this.#options
    const session = await pool.acquire()
    const attempt = new TransactionAttempt({
      context,
      session,
      kind: 'snapshot',
      deadline: deadlineAfter(runtime.clock, TRANSACTION_MS_MAX),
    })
    try {
      const value = await attempt.run<T>(body)
      attempt.endSnapshot()
      pool.release(session)
      return { value }
    } catch (error) {
      void attempt.rollback().then(() => pool.release(session))
      return { error, cause: attempt.failure }
    }
  }
}

interface AttemptFailure {
  /** What the caller gets if this was the last attempt. */
  readonly error: unknown
  /** What the database said; undefined when the body failed by itself. */
  readonly cause: unknown
}
type AttemptResult<T> = { readonly commit: Commit<T> } | AttemptFailure

/** Whether running the body again can end otherwise, and is harmless. */
function worthRepeating({ error, cause }: AttemptFailure): boolean {
  if (cause === undefined || (error as { code?: string }).code === 'outcome_unknown') return false
  return isConflict(cause) || isLockTimeout(cause) || isStaleStatement(cause) || isConnectionLoss(cause)
}

function conflictError(attempts: number, cause: unknown): BanyanError {
  const advice = 'nothing was changed; try again, or let fewer transactions work on the same rows'
  return new BanyanError(
    'unavailable',
    `PostgreSQL refused the transaction ${attempts} times because others changed what it read; ${advice}`,
    { cause },
  )
}
