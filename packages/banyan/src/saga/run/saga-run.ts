import type { Deadline } from '../../kernel/deadline.ts'
import type { BanyanError } from '../../kernel/error.ts'
import { toJson } from '../../kernel/json.ts'
import { READY_AT, type SagaChange, type SagaRecord, type SagaStepRecord } from '../../store/records/saga-records.ts'
import type { StoreTransaction } from '../../store/store.ts'
import { newTrace, parseTraceparent, type TraceContext } from '../../telemetry/trace-context.ts'
import { type AnyStep, AskedSteps } from './asked-steps.ts'
import type { LoadedSaga } from '../definitions.ts'
import { divergenceText } from './divergence.ts'
import type { RunEnd, SagaEnvironment } from './saga-environment.ts'
import { readFailure, readStepError, type SagaFailure, stuckAdvice } from './saga-failure.ts'
import { type Entry, Journal, writeEntry } from './journal.ts'
import { JournalBytes, sagaBytes } from './journal-bytes.ts'
import { type JournalWrites, JournalWriter } from './journal-writer.ts'
import { rollBack } from './rollback.ts'
import { RollbackRequested } from './rollback-requested.ts'
import { deliver, type TakenSignal, takeSignals } from './signals.ts'
import type { RunningSaga, SagaFacts } from './running.ts'
import { type StopDetails, stuckReason } from './stuck-reason.ts'
import { UnderWay } from './under-way.ts'
import { type Wait, Waits } from './waits.ts'

/** A saga as read from the store. */
export interface LoadedRecords {
  readonly record: SagaRecord
  readonly steps: readonly SagaStepRecord[]
}

/** What one journal write did. */
interface Write {
  readonly entry: Entry
  readonly taken: readonly TakenSignal[]
  /** When it wakes, if the write put it to rest. */
  readonly wakeAt: number | undefined
}

/**
 * One saga in memory.
 *
 * Owns its phase, and what its function did so far. Asks others to write (journal-writer.ts), to run attempts (attempt.ts), to undo (rollback.ts).
 * - R1 Nothing leaves before the journal entry it depends on is durable; what only remembers the past waits for the next write (J2).
 * - R2 The phase goes forward → compensating → ended, never back. Once it is not forward, no action starts and none can commit (P8).
 * - R3 At most one write is under way; what is asked for meanwhile goes into the next.
 * - R4 When all it does is wait, it leaves memory: the wait is in the table, and the function is run again from its journal.
 */
export class SagaRun implements RunningSaga, JournalWrites<Write> {
  readonly environment: SagaEnvironment
  readonly definition: LoadedSaga
  readonly record: SagaRecord
  readonly id: string
  readonly epoch: number
  readonly journal: Journal
  readonly trace: TraceContext
  readonly waits: Waits
  readonly asked: AskedSteps
  readonly underWay = new UnderWay()
  #phase: RunningSaga['phase'] = 'forward'
  #replaying = false
  #committed: boolean
  /** Number of the newest step before the commit point, once the function has come to it. */
  #commitPoint = 0
  #failure: SagaFailure | undefined
  #draining = false
  readonly #onEnd: (run: SagaRun, end: RunEnd) => void
  readonly #writer: JournalWriter<Write>
  #durablyCommitted: boolean
  #rollbackReason: string | null
  #checking = false
  #closing: RunEnd | undefined

  constructor(
    environment: SagaEnvironment,
    definition: LoadedSaga,
    { record, steps }: LoadedRecords,
    onEnd: (run: SagaRun, end: RunEnd) => void,
  ) {
    const { clock, ids } = environment.runtime
    this.environment = environment
    this.definition = definition
    this.record = record
    this.id = record.id
    this.epoch = record.epoch
    this.journal = new Journal(steps, new JournalBytes(environment.runtime.memory.journals, sagaBytes({ record, steps })))
    this.asked = new AskedSteps(clock, steps)
    this.trace = parseTraceparent(record.traceparent) ?? newTrace(ids)
    this.waits = new Waits(clock, () => this.check())
    this.#committed = record.committed
    this.#failure = readFailure(record.failure)
    this.#onEnd = onEnd
    this.#writer = new JournalWriter(environment, definition.points, this)
    this.#durablyCommitted = record.committed
    this.#rollbackReason = record.rollbackRequested
  }

  get facts(): SagaFacts {
    return { service: this.environment.service, saga: this.record.name, id: this.id, trace_id: this.trace.traceId }
  }

  now(): number {
    return this.environment.runtime.clock.now()
  }

  // --- how it stands ---------------------------------------------------------------------------------------------------------------------

  get phase(): RunningSaga['phase'] {
    return this.#phase
  }
  get replaying(): boolean {
    return this.#replaying
  }
  get committed(): boolean {
    return this.#committed
  }
  get failure(): SagaFailure | undefined {
    return this.#failure
  }
  get draining(): boolean {
    return this.#draining
  }
  /** Whether steps are on their way or it waits for something. */
  get isBusy(): boolean {
    return this.underWay.steps > 0 || this.waits.size > 0
  }

  // --- what the function asks for ---------------------------------------------------------------------------------------------------------

  answers(): boolean {
    return this.#replaying || (this.#phase === 'forward' && !this.#draining && !this.#closing)
  }

  mayStart(): boolean {
    if (this.#phase !== 'forward' || this.#draining || this.#closing) return false
    if (!this.#rollbackDue()) return true
    this.#beginDueRollback()
    return false
  }

  ask(name: string, step: AnyStep): boolean {
    if (this.asked.add(name, step)) return true
    const message = `step "${name}" is there twice; give each step a name of its own, in a loop with a key such as "${name}/\${id}"`
    if (!this.#replaying) this.stop('misuse', message, { mistake: true })
    return false
  }

  async replayed(next: string | undefined): Promise<boolean> {
    const caughtUp = await this.asked.caughtUp()
    if (this.#phase !== 'forward' || this.#closing) return false
    if (!caughtUp) this.diverge(next)
    return caughtUp
  }

  wait(wait: Omit<Wait, 'resolve'>): Promise<unknown> {
    return new Promise((resolve) => {
      this.waits.add({ ...wait, resolve })
      this.check()
    })
  }

  limit(): Deadline | undefined {
    const { deadlineAt } = this.record
    if (deadlineAt === null || this.#committed) return undefined
    return { at: this.environment.runtime.clock.monotonic() + deadlineAt - this.now() }
  }

  commit(): void {
    this.#committed = true
    this.#commitPoint = this.journal.number
    this.journal.change({ committed: true, updatedAt: this.now() })
    this.check()
  }

  // --- where it goes ----------------------------------------------------------------------------------------------------------------------

  /** Someone asked for a rollback; honoured before the next step. */
  requestRollback(reason: string): void {
    this.#rollbackReason ??= reason
    this.check()
  }

  /** Runs the function of a saga that rolls back again, to learn its compensations: nothing of it acts. */
  replayRollback(): void {
    this.#phase = 'compensating'
    this.#replaying = true
  }

  beginRollback(failure: SagaFailure): void {
    if (this.#phase !== 'forward' || this.#closing) return
    this.#phase = 'compensating'
    this.#failure = failure
    if (this.#committed) this.journal.dropAfter(this.#commitPoint)
    this.#committed = false // what was not durable did not happen
    this.#replaying = this.asked.catchingUp // the function has not come to all it did before a restart: it shows the rest of its compensations
    this.#disarm()
    this.journal.dropForward()
    this.journal.change({ status: 'compensating', failure: toJson(failure), wakeAt: null, updatedAt: this.now() })
    void rollBack(this)
  }

  async finish(change: SagaChange): Promise<void> {
    await this.#close({ ...change, owner: null, wakeAt: null }, (record) => ({ how: 'final', record }))
  }

  stop(code: string, message: string, { step, cause = this.causeOf(step), mistake = false }: StopDetails = {}): void {
    if (this.#phase === 'ended' || this.#closing) return
    const why = { phase: this.#phase, code, message }
    this.#failure = { ...(this.#failure ?? { code, message }), stuck: stuckReason(why, { step, cause, mistake }) }
    const line = { ...this.facts, ...stuckReason(why, { step, mistake }), ...stuckAdvice(step, cause) }
    this.environment.runtime.log.error('a saga is stuck', line)
    this.#disarm()
    void this.#close({ status: 'stuck', owner: null, wakeAt: null }, (stopped) => ({ how: 'stuck', record: stopped }))
  }

  /** What was thrown in a step, as its journal remembers it. */
  causeOf(step: string | undefined): string | undefined {
    return step === undefined ? undefined : readStepError(this.journal.steps.get(step)?.error ?? null)?.cause
  }

  diverge(next: string | undefined): void {
    const { unasked } = this.asked
    const parts = { saga: this.record.name, id: this.id, journal: this.journal.steps.values(), unasked, asked: this.asked.names(), next }
    this.stop('misuse', divergenceText(parts))
  }

  async suspend(wakeAt: number): Promise<void> {
    await this.#close({ owner: null, wakeAt }, () => ({ how: 'suspended', wakeAt }))
  }

  /** Leaves this process as soon as no attempt is under way. */
  drain(): void {
    this.#draining = true
    this.check()
  }

  async release(): Promise<void> {
    if (this.#phase === 'forward') this.journal.dropForward()
    await this.#close({ owner: null, wakeAt: READY_AT }, () => ({ how: 'released' }))
  }

  /** Leaves memory at once; nothing of it can commit here any more. */
  abandon(): void {
    this.#end({ how: 'abandoned' })
  }

  check(): void {
    if (this.#checking) return
    this.#checking = true
    this.environment.runtime.clock.soon(() => {
      this.#checking = false
      this.#look()
    })
  }

  #look(): void {
    if (this.#phase !== 'forward' || this.#closing) return
    if (this.underWay.steps === 0 && this.#rollbackDue()) return this.#beginDueRollback()
    if (this.#draining) return this.underWay.steps === 0 ? void this.release() : undefined
    for (const wait of this.waits.takeDue()) this.#goOn(wait)
    const { size } = this.waits
    if (size > 0 && this.underWay.steps > 0) this.waits.watch()
    const writes =
      (this.journal.dirty && this.underWay.writers === 0) || (size > 0 && (this.underWay.steps === 0 || this.waits.signals().length > 0))
    if (writes && !this.#writer.open) void this.flush()
  }

  #goOn({ record, resolve }: Wait): void {
    if (record) this.journal.record({ ...record, state: 'done', endedAt: this.now() })
    resolve(undefined)
    this.check()
  }

  #rollbackDue(): boolean {
    if (this.#durablyCommitted) return false
    const { deadlineAt } = this.record
    return this.#rollbackReason !== null || (deadlineAt !== null && this.now() >= deadlineAt)
  }

  #beginDueRollback(): void {
    const late = `the saga did not reach its commit point by ${new Date(this.record.deadlineAt ?? 0).toISOString()}`
    const reason = this.#rollbackReason
    this.beginRollback(reason === null ? { code: 'deadline_exceeded', message: late } : { code: 'cancelled', message: reason })
  }

  async #close(change: SagaChange, ending: (record: SagaRecord) => RunEnd): Promise<void> {
    if (this.#closing || this.#phase === 'ended') return
    const committed = this.#committed
    const failure = this.#failure
    const text = failure === undefined ? null : toJson(failure)
    const record = { ...this.record, committed, failure: text, ...change, updatedAt: this.now() }
    const end = ending(record)
    this.#closing = end
    this.journal.change({ ...change, committed, failure: text, updatedAt: record.updatedAt })
    await this.flush()
    if (this.#closing === end) this.#end(end)
  }

  #end(end: RunEnd): void {
    if (this.#phase === 'ended') return
    this.#phase = 'ended'
    this.#disarm()
    this.#onEnd(this, end)
  }

  #disarm(): void {
    this.underWay.killAttempts()
    this.waits.clear()
  }

  // --- what is written --------------------------------------------------------------------------------------------------------------------

  flush(): Promise<void> {
    return this.#writer.flush()
  }

  entryWith(outcome: SagaStepRecord): Entry {
    this.environment.lease.assertValid()
    return this.journal.entry(outcome)
  }

  writeJournal(tx: StoreTransaction, entry: Entry, mayWrite: () => void): Promise<void> {
    return writeEntry(tx, this, entry, (requested) => {
      mayWrite()
      this.#heed(requested)
    })
  }

  wrote(entry: Entry): void {
    this.journal.written(entry)
    if (entry.change?.committed) this.#durablyCommitted = true
  }

  savedStep(name: string): Promise<SagaStepRecord | undefined> {
    return this.#writer.insist(async () => {
      const { value } = await this.environment.store.transaction(async (tx) => {
        await tx.sagas.update(this.id, this.epoch, {})
        return (await tx.sagas.steps(this.id)).find((step) => step.name === name)
      })
      return value
    })
  }

  mayWrite(): boolean {
    if (this.#phase !== 'forward' || !this.#goesForward() || !this.#rollbackDue()) return this.#phase !== 'ended'
    this.#closing = undefined
    this.#beginDueRollback()
    return true // the same write now says so
  }

  async write(tx: StoreTransaction, again: boolean): Promise<Write> {
    this.environment.lease.assertValid()
    const entry = this.journal.entry()
    const written = (): Promise<void> => writeEntry(tx, this, entry, (requested) => this.#heed(requested))
    if (this.waits.size === 0) {
      tx.beforeCommit(written)
      return { entry, taken: [], wakeAt: undefined }
    }
    await written()
    const taken = this.#phase === 'forward' ? await takeSignals(tx, this, again) : []
    return { entry, taken, wakeAt: taken.length === 0 ? await this.#rest(tx) : undefined }
  }

  written({ entry, taken, wakeAt }: Write): void {
    this.wrote(entry)
    for (const signal of taken) deliver(this, signal)
    if (wakeAt !== undefined) this.#end({ how: 'suspended', wakeAt })
  }

  heard(error: unknown): boolean {
    if (!(error instanceof RollbackRequested)) return false
    this.#rollbackReason ??= error.reason
    return true
  }

  failed(error: BanyanError): 'later' | 'now' | 'never' {
    if (this.#phase === 'ended') return 'never'
    if (this.heard(error)) return 'now'
    if (error.code !== 'fenced') return 'later'
    this.environment.runtime.log.warn('a saga is abandoned here: another instance has it', { ...this.facts, epoch: this.epoch })
    this.abandon()
    return 'never'
  }

  /** Puts a saga that only waits to rest in the table (R4). Returns when it wakes; undefined when it does not only wait. */
  async #rest(tx: StoreTransaction): Promise<number | undefined> {
    if (this.#phase !== 'forward' || this.#closing || this.underWay.steps > 0 || this.waits.size === 0) return undefined
    const { status, wakeAt } = this.waits.rest(this.#committed ? null : this.record.deadlineAt)
    await tx.sagas.update(this.id, this.epoch, { status, wakeAt, owner: null, updatedAt: this.now() })
    return wakeAt
  }

  /** Refuses a forward write of a saga that someone asked to roll back: the request was accepted, so it counts. */
  #heed(requested: string | null): void {
    if (requested === null || this.#phase !== 'forward' || this.#durablyCommitted || !this.#goesForward()) return
    throw new RollbackRequested(this.id, requested)
  }

  /** False while it is stopped or given back, which does not depend on a rollback request. */
  #goesForward(): boolean {
    return this.#closing === undefined || this.#closing.how === 'final'
  }
}
