import { backoffDelayMs } from '../kernel/backoff.ts'
import { sleep } from '../kernel/clock.ts'
import type { Deadline } from '../kernel/deadline.ts'
import { BanyanError, toBanyanError } from '../kernel/error.ts'
import { toJson } from '../kernel/json.ts'
import type { SagaChange, SagaRecord, SagaStepRecord } from '../store/saga-records.ts'
import type { StoreTransaction } from '../store/store.ts'
import { newTrace, parseTraceparent, type TraceContext } from '../telemetry/trace-context.ts'
import type { Attempt } from './attempt.ts'
import type { LoadedSaga } from './definitions.ts'
import type { RunEnd, SagaEnvironment } from './environment.ts'
import type { SagaFailure } from './failure.ts'
import { type Entry, Journal, writeEntry } from './journal.ts'
import { rollBack } from './rollback.ts'
import type { SagaStep } from './saga.ts'
import { deliver, takeSignals } from './signals.ts'
import { earliest, type Wait } from './waits.ts'

/** Delay before the journal is written again after the store refused it. */
const JOURNAL_BACKOFF = { firstMs: 50, maxMs: 5_000 }
/** Turns of the event loop that a replayed function may take to ask for all steps of its journal. */
const REPLAY_TURNS = 10

// oxlint-disable-next-line typescript/no-explicit-any -- steps of different contexts and outputs stand in one map
export type AnyStep = SagaStep<any, any>

/**
 * One saga in memory.
 *
 * Owns what its function did so far and the only way to write it down. Asks others to run attempts (attempt.ts), to undo (rollback.ts).
 * - R1 Nothing leaves before the journal entry it depends on is durable; what only remembers the past waits for the next write (J2).
 * - R2 The phase goes forward → compensating → ended, never back. Once it is not forward, no action starts and none can commit (P8).
 * - R3 At most one write is under way; what is asked for meanwhile goes into the next.
 * - R4 When all it does is wait, it leaves memory: the wait is in the table, and the function is run again from its journal.
 */
export class SagaRun {
  readonly environment: SagaEnvironment
  readonly definition: LoadedSaga
  readonly record: SagaRecord
  readonly journal: Journal
  readonly trace: TraceContext
  readonly attempts = new Set<Attempt>()
  readonly waits = new Set<Wait>()
  /** What the function asked for in this process, by name: the source of compensations. */
  readonly asked = new Map<string, AnyStep>()
  phase: 'forward' | 'compensating' | 'ended' = 'forward'
  /** True while the function of a saga that rolls back is run again, to learn its compensations. */
  replaying = false
  committed: boolean
  failure: SagaFailure | undefined
  draining = false
  /** Which step an error came from, to tell what a person has to look at. */
  readonly stepErrors = new WeakMap<object, string>()
  /** Steps that are on their way: not waiting, not answered. */
  active = 0
  readonly #onEnd: (run: SagaRun, end: RunEnd) => void
  readonly #unasked: Set<string>
  #durablyCommitted: boolean
  #rollbackReason: string | null
  #open: Promise<void> | undefined
  #writing: Promise<void> | undefined
  #checking = false
  #closing: RunEnd | undefined

  constructor(environment: SagaEnvironment, definition: LoadedSaga, loaded: LoadedRecords, onEnd: (run: SagaRun, end: RunEnd) => void) {
    const { record, steps } = loaded
    this.environment = environment
    this.definition = definition
    this.record = record
    this.journal = new Journal(steps)
    this.trace = parseTraceparent(record.traceparent) ?? newTrace(environment.runtime.ids)
    this.committed = record.committed
    this.#durablyCommitted = record.committed
    this.#rollbackReason = record.rollbackRequested
    this.failure = record.failure === null ? undefined : (JSON.parse(record.failure) as SagaFailure)
    this.#unasked = new Set(steps.filter(({ state }) => state !== 'skipped').map(({ name }) => name))
    this.#onEnd = onEnd
  }

  get id(): string {
    return this.record.id
  }

  get epoch(): number {
    return this.record.epoch
  }

  /** Number of journaled steps that the function has not asked for in this process. */
  get unasked(): ReadonlySet<string> {
    return this.#unasked
  }

  /** Epoch milliseconds. */
  now(): number {
    return this.environment.runtime.clock.now()
  }

  /** Whether the function gets answers: from its journal, or by going forward. */
  answers(): boolean {
    return this.replaying || (this.phase === 'forward' && !this.draining && !this.#closing)
  }

  /** Whether an action may start now. Begins the rollback that is due between steps. */
  mayStart(): boolean {
    if (this.phase !== 'forward' || this.draining || this.#closing) return false
    if (!this.#rollbackDue()) return true
    this.#beginDueRollback()
    return false
  }

  /** Notes that the function asks for `name`. Returns false, and stops the saga, when it did so before (P13). */
  ask(name: string, step: AnyStep): boolean {
    if (this.asked.has(name)) {
      this.stop('misuse', `step "${name}" is there twice; give each step a name of its own, in a loop with a key such as "${name}/\${id}"`)
      return false
    }
    this.asked.set(name, step)
    this.#unasked.delete(name)
    return true
  }

  /**
   * Waits until the function has asked for everything in its journal, so that something new may begin (`next`; undefined for its end).
   * Returns false, and stops the saga with a readable difference, when it does not (P13).
   */
  async replayed(next: string | undefined): Promise<boolean> {
    for (let turn = 0; this.#unasked.size > 0 && turn < REPLAY_TURNS; turn++) await this.turn()
    if (this.phase !== 'forward' || this.#closing) return false
    if (this.#unasked.size === 0) return true
    this.diverge(next)
    return false
  }

  /** Waits until a function that is only replayed has asked for all of `names`, or rests. */
  async rests(names: readonly string[]): Promise<void> {
    for (let turn = 0; turn < REPLAY_TURNS; turn++) {
      await this.turn()
      if (names.every((name) => this.asked.has(name))) return
    }
  }

  /** Resolves in the next turn of the event loop. */
  turn(): Promise<void> {
    return new Promise((resolve) => this.environment.runtime.clock.soon(resolve))
  }

  /** Waits until `dueAt`; leaves memory meanwhile when there is nothing else to do. */
  wait(wait: Omit<Wait, 'resolve'>): Promise<unknown> {
    return new Promise((resolve) => {
      this.waits.add({ ...wait, resolve })
      this.check()
    })
  }

  /** The moment by which attempts before the commit point must end; undefined without a deadline. */
  limit(): Deadline | undefined {
    const { deadlineAt } = this.record
    if (deadlineAt === null || this.committed) return undefined
    return { at: this.environment.runtime.clock.monotonic() + deadlineAt - this.now() }
  }

  /** Someone asked for a rollback; honoured before the next step. */
  requestRollback(reason: string): void {
    this.#rollbackReason ??= reason
    this.check()
  }

  /** Goes over to compensating: from here on nothing goes forward (R2). */
  beginRollback(failure: SagaFailure): void {
    if (this.phase !== 'forward' || this.#closing) return
    this.phase = 'compensating'
    this.failure = failure
    this.committed = false // what was not durable did not happen
    this.replaying = this.#unasked.size > 0 // the function has not come to all it did before a restart: it shows the rest of its compensations
    for (const attempt of this.attempts) attempt.kill()
    this.#forgetWaits()
    this.journal.dropForward()
    this.journal.change({ status: 'compensating', failure: toJson(failure), wakeAt: null, updatedAt: this.now() })
    void rollBack(this)
  }

  /** Ends as `completed` or `compensated`. */
  async finish(change: SagaChange): Promise<void> {
    await this.#close({ ...change, owner: null, wakeAt: null }, (record) => ({ how: 'final', record }))
  }

  /** Leaves memory until `wakeAt`, e.g. before the next attempt of a compensation. */
  async suspend(wakeAt: number): Promise<void> {
    await this.#close({ owner: null, wakeAt }, () => ({ how: 'suspended', wakeAt }))
  }

  /** Stops until a person acts (P9, P13). */
  stop(code: string, message: string, step?: string): void {
    const phase = this.phase === 'compensating' ? 'compensating' : 'forward'
    const stuck = { phase, code, message, ...(step === undefined ? {} : { step }) } as const
    const failure = { ...(this.failure ?? { code, message }), stuck }
    this.environment.runtime.log.error('a saga is stuck', { service: this.environment.service, saga: this.record.name, id: this.id, ...stuck })
    for (const attempt of this.attempts) attempt.kill()
    this.#forgetWaits()
    void this.#close({ status: 'stuck', failure: toJson(failure), owner: null, wakeAt: null }, (record) => ({ how: 'stuck', record }))
  }

  /** Stops because the function does not fit its journal (P13). */
  diverge(next: string | undefined): void {
    const journal = [...this.journal.steps.values()].map(({ name, state }) => `${name} (${state})`).join(', ')
    const missing = [...this.#unasked].map((name) => `"${name}"`).join(', ')
    const now = next === undefined ? 'the function asks for nothing more' : `the function asks for the new step "${next}"`
    this.stop(
      'misuse',
      `the function of saga "${this.record.name}" does not fit the journal of ${this.id}: the journal has ${missing}, which it does not ask for; ${now}. ` +
        `Journal: ${journal}. Function: ${[...this.asked.keys()].join(', ')}. Run the code that wrote the journal, or give the changed function a new version`,
    )
  }

  /** Leaves this process as soon as no attempt is under way. */
  drain(): void {
    this.draining = true
    this.check()
  }

  /** Leaves memory at once; nothing of it can commit here any more. */
  abandon(): void {
    this.#end({ how: 'abandoned' })
  }

  /** Makes everything durable that waits in the journal. Resolves also when the saga left this process or phase meanwhile: look again. */
  flush(): Promise<void> {
    if (this.#open) return this.#open
    const flush = this.#flushAfter(this.#writing)
    this.#open = flush
    this.#writing = flush
    return flush
  }

  /** Writes the journal within a transaction that another part of the saga owns, with `outcome` in addition. */
  async writeJournal(tx: StoreTransaction, outcome: SagaStepRecord, mayWrite: () => void): Promise<Entry> {
    this.environment.lease.assertValid()
    const entry = this.journal.entry(outcome)
    await writeEntry(tx, this, entry, (requested) => {
      mayWrite()
      this.#heedRequest(requested)
    })
    return entry
  }

  /** Takes note that an entry is durable. */
  wrote(entry: Entry): void {
    this.journal.written(entry)
    if (entry.change?.committed) this.#durablyCommitted = true
  }

  /** Reads what the journal in the store says of a step, after everything that began to write it. */
  async savedStep(name: string): Promise<SagaStepRecord | undefined> {
    for (let tries = 1; this.phase !== 'ended'; tries++) {
      try {
        const { value } = await this.environment.store.transaction(async (tx) => {
          await tx.sagas.update(this.id, this.epoch, {})
          return (await tx.sagas.steps(this.id)).find((step) => step.name === name)
        })
        return value
      } catch (thrown) {
        await this.#afterFailedWrite(thrown, tries)
      }
    }
    return undefined
  }

  /** Looks, once this turn's work is done, whether something is to be written, waited for or left. */
  check(): void {
    if (this.#checking) return
    this.#checking = true
    this.environment.runtime.clock.soon(() => {
      this.#checking = false
      this.#look()
    })
  }

  #look(): void {
    if (this.phase !== 'forward' || this.#closing) return
    if (this.#rollbackDue() && this.active === 0) return this.#beginDueRollback()
    if (this.draining) {
      if (this.active === 0) void this.release()
      return
    }
    for (const wait of this.waits) this.#goOnWhenDue(wait)
    if (this.waits.size > 0 && this.active > 0) this.#watchWaits()
    const writes = this.journal.dirty || (this.waits.size > 0 && this.active === 0) || this.#waitsForSignal()
    if (writes && !this.#open) void this.flush()
  }

  /** Gives the saga back so that another process, or a later one, goes on. */
  async release(): Promise<void> {
    if (this.phase === 'forward') this.journal.dropForward()
    await this.#close({ owner: null, wakeAt: this.now() }, () => ({ how: 'released' }))
  }

  #goOnWhenDue(wait: Wait): void {
    if (wait.kind === 'signal' || wait.dueAt === undefined || wait.dueAt > this.now()) return
    this.forget(wait)
    if (wait.record) this.journal.record({ ...wait.record, state: 'done', endedAt: this.now() })
    wait.resolve(undefined)
    this.check()
  }

  #watchWaits(): void {
    for (const wait of this.waits)
      if (wait.dueAt !== undefined) wait.cancel ??= this.environment.runtime.clock.setTimer(wait.dueAt - this.now(), () => {
          delete wait.cancel
          this.check()
        })
  }

  #waitsForSignal(): boolean {
    for (const { kind } of this.waits) if (kind === 'signal') return true
    return false
  }

  /** Removes a wait that is over. */
  forget(wait: Wait): void {
    wait.cancel?.()
    this.waits.delete(wait)
  }

  #forgetWaits(): void {
    for (const wait of this.waits) this.forget(wait)
  }

  #rollbackDue(): boolean {
    if (this.#durablyCommitted) return false
    return this.#rollbackReason !== null || this.#deadlinePassed()
  }

  #deadlinePassed(): boolean {
    const { deadlineAt } = this.record
    return deadlineAt !== null && this.now() >= deadlineAt
  }

  #beginDueRollback(): void {
    this.beginRollback(
      this.#rollbackReason === null
        ? { code: 'deadline_exceeded', message: `the saga did not reach its commit point by ${new Date(this.record.deadlineAt as number).toISOString()}` }
        : { code: 'cancelled', message: this.#rollbackReason },
    )
  }

  /** Refuses a forward write of a saga that someone asked to roll back: the request was accepted, so it counts. */
  #heedRequest(requested: string | null): void {
    if (requested === null || this.phase !== 'forward' || this.#durablyCommitted || !this.#goesForward()) return
    this.#rollbackReason = requested
    throw new BanyanError('cancelled', `saga ${this.id} was asked to roll back: ${requested}`)
  }

  async #close(change: SagaChange, ending: (record: SagaRecord) => RunEnd): Promise<void> {
    if (this.#closing || this.phase === 'ended') return
    const failure = this.failure === undefined ? null : toJson(this.failure)
    const record = { ...this.record, committed: this.committed, failure, ...change, updatedAt: this.now() }
    const end = ending(record)
    this.#closing = end
    if (this.committed && !this.#durablyCommitted) this.journal.change({ committed: true })
    this.journal.change({ ...change, updatedAt: record.updatedAt })
    await this.flush()
    if (this.#closing === end) this.#end(end)
  }

  /** False while it is stopped or given back, which does not depend on a rollback request. */
  #goesForward(): boolean {
    return this.#closing === undefined || this.#closing.how === 'final'
  }

  async #flushAfter(previous: Promise<void> | undefined): Promise<void> {
    await previous
    for (let tries = 1; this.phase !== 'ended'; tries++) {
      if (this.phase === 'forward' && this.#goesForward() && this.#rollbackDue()) return this.#insteadOfWriting()
      try {
        return await this.#write(tries > 1)
      } catch (thrown) {
        await this.#afterFailedWrite(thrown, tries)
      }
    }
  }

  /** A rollback came before the write: what would have gone forward is dropped. */
  #insteadOfWriting(): void {
    this.#open = undefined
    this.#closing = undefined
    this.#beginDueRollback()
  }

  async #write(again: boolean): Promise<void> {
    const { store, runtime, lease } = this.environment
    const { points } = this.definition
    runtime.faults.at(points.beforeJournal)
    const { value } = await store.transaction(async (tx) => {
      this.#open = undefined
      lease.assertValid()
      const entry = this.journal.entry()
      await writeEntry(tx, this, entry, (requested) => this.#heedRequest(requested))
      const taken = this.phase === 'forward' ? await takeSignals(tx, this, again) : []
      const wakeAt = taken.length === 0 ? await this.#suspend(tx) : undefined
      return { entry, taken, wakeAt }
    })
    this.wrote(value.entry)
    for (const signal of value.taken) deliver(this, signal)
    if (value.wakeAt !== undefined) this.#end({ how: 'suspended', wakeAt: value.wakeAt })
    runtime.faults.at(points.afterJournal)
  }

  /** Puts a saga that only waits into the table (R4). Returns when it wakes; undefined when it does not only wait. */
  async #suspend(tx: StoreTransaction): Promise<number | undefined> {
    if (this.phase !== 'forward' || this.#closing || this.active > 0 || this.waits.size === 0) return undefined
    const wakeAt = earliest(this.waits, this.committed ? null : this.record.deadlineAt)
    const status = [...this.waits].some(({ kind }) => kind === 'retry') ? 'running' : 'waiting'
    await tx.sagas.update(this.id, this.epoch, { status, wakeAt, owner: null, updatedAt: this.now() })
    return wakeAt
  }

  async #afterFailedWrite(thrown: unknown, tries: number): Promise<void> {
    this.#open = undefined
    const error = toBanyanError(thrown)
    if (this.phase === 'ended' || error.code === 'cancelled') return
    const { clock, random, log } = this.environment.runtime
    if (error.code === 'fenced') {
      log.warn('a saga is abandoned here: another instance has it', { service: this.environment.service, id: this.id, epoch: this.epoch })
      return this.abandon()
    }
    log.error('the journal of a saga cannot be written; trying again', { service: this.environment.service, id: this.id, error: thrown })
    await sleep(clock, backoffDelayMs(JOURNAL_BACKOFF, tries, random))
  }

  #end(end: RunEnd): void {
    if (this.phase === 'ended') return
    this.phase = 'ended'
    for (const attempt of this.attempts) attempt.kill()
    this.#forgetWaits()
    this.#onEnd(this, end)
  }
}

/** A saga as read from the store. */
export interface LoadedRecords {
  readonly record: SagaRecord
  readonly steps: readonly SagaStepRecord[]
}
