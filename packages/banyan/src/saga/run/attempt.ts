import { refusingCalls } from '../../call/client.ts'
import type { Progress } from '../../call/progress.ts'
import type { Scope } from '../../call/scope.ts'
import { type Deadline, deadlineAfter, within } from '../../kernel/deadline.ts'
import { BanyanError, misuse, toBanyanError } from '../../kernel/error.ts'
import type { SagaStepRecord } from '../../store/records/saga-records.ts'
import type { StoreTransaction } from '../../store/store.ts'
import { outputText } from './saga-failure.ts'
import type { TraceContext } from '../../telemetry/index.ts'
import type { RunningSaga } from './running.ts'
import type { RunningAttempt } from './under-way.ts'

/** What one attempt does. */
export interface AttemptPlan {
  /** The step as it is journaled while the attempt runs. */
  readonly record: SagaStepRecord
  /** State of the step once the attempt succeeded. */
  readonly success: 'done' | 'compensated'
  /** Idempotency key: the same for all attempts. */
  readonly key: string
  readonly timeoutMs: number
  /** The attempt ends no later; undefined when nothing but its timeout limits it. */
  readonly limit: Deadline | undefined
  /** Refuses calls: the step's start was not made durable before. */
  readonly local: boolean
  readonly act: (context: object) => Promise<unknown>
}

/**
 * One attempt of an action or a compensation.
 * - A1 Only a live attempt can enlist. It stops being live when it times out, when a rollback begins, or when the saga leaves this process;
 *      so a late attempt never commits over its successor.
 * - A2 What the journal has wins: an attempt whose transaction committed has succeeded, whatever the action does afterwards.
 */
export class Attempt implements RunningAttempt {
  /** Why it failed; undefined when it succeeded. */
  error: BanyanError | undefined
  /** JSON text of the output. */
  output: string | null = null
  /**
   * Says `acted` when the action came back without an error, even if its output cannot be stored, and when it failed after something that
   * stands: a checkpoint that committed or a command that was carried out.
   */
  readonly progress: Progress = { acted: false }
  /** True when its transaction committed together with the journal record. */
  durable = false
  /** Settles when the attempt is over; never rejects. */
  readonly finished: Promise<void>
  readonly #run: RunningSaga
  readonly #plan: AttemptPlan
  #live = true
  #enlisted = false

  constructor(run: RunningSaga, plan: AttemptPlan) {
    this.#run = run
    this.#plan = plan
    this.finished = this.#perform()
  }

  /** Takes the right to commit away. */
  kill(): void {
    this.#live = false
  }

  async #perform(): Promise<void> {
    const run = this.#run
    run.underWay.attemptBegins(this)
    try {
      const value = await this.#act()
      this.progress.acted = true
      if (!this.durable && this.#plan.success === 'done') this.output = this.#outputOf(value)
    } catch (thrown) {
      run.heard(thrown)
      this.error = this.durable ? undefined : toBanyanError(thrown)
    }
    this.#live = false
    if (this.#enlisted && !this.durable) await this.#readBack()
    run.underWay.attemptEnds(this)
  }

  async #act(): Promise<unknown> {
    const { record, key, timeoutMs, limit, local, success, act } = this.#plan
    const { environment, definition } = this.#run
    const { clock, faults } = environment.runtime
    const forward = success === 'done'
    faults.at(forward ? definition.points.beforeAction : definition.points.beforeCompensation)
    const deadline = deadlineAfter(clock, timeoutMs, limit)
    const span = environment.tracing?.startSpan(
      `saga ${definition.name}.${record.name}${forward ? '' : ' undo'}`,
      'internal',
      this.#run.trace,
    )
    try {
      const scope = this.#scope(deadline, key, span?.trace)
      const context = environment.stepContext({ scope, key, enlist: this.#enlist, guard: this.#guard, progress: this.progress, local })
      const work = local ? refusingCalls(`the local step "${record.name}"`, async () => act(context)) : act(context)
      const value = await within(clock, deadline, `step "${record.name}" of saga ${record.sagaId}`, work)
      faults.at(forward ? definition.points.afterAction : definition.points.afterCompensation)
      return value
    } catch (thrown) {
      span?.fail(thrown)
      throw thrown
    } finally {
      span?.end()
    }
  }

  #scope(deadline: Deadline, key: string, trace: TraceContext = this.#run.trace): Scope {
    const { environment, record } = this.#run
    const { correlationId, id, callerKeys } = record
    const causationId = `saga:${id}:${this.#plan.record.name}`
    return { principal: environment.principal, deadline, trace, correlationId, causationId, key, callKey: key, plainKeys: !callerKeys }
  }

  readonly #guard = async (tx: StoreTransaction): Promise<void> => {
    this.#assertLive()
    await tx.sagas.update(this.#run.id, this.#run.epoch, {})
    this.#assertLive()
  }

  readonly #enlist = async (tx: StoreTransaction, value: unknown): Promise<void> => {
    if (this.durable) misuse(`step "${this.#plan.record.name}" opened a second transaction; a step commits once`)
    this.#assertLive()
    const { record, success } = this.#plan
    const output = success === 'done' ? this.#outputOf(value) : record.output
    const ended: SagaStepRecord = { ...record, state: success, output, error: null, endedAt: this.#run.now() }
    const entry = this.#run.entryWith(ended)
    tx.beforeCommit(async () => {
      await this.#run.writeJournal(tx, entry, () => this.#assertLive())
      this.#enlisted = true
    })
    tx.afterCommit(() => {
      this.durable = true
      this.output = output
      this.error = undefined
      this.#run.wrote(entry)
    })
  }

  #outputOf(value: unknown): string | null {
    const of = `step "${this.#plan.record.name}"`
    const output = outputText(value, of)
    this.#run.journal.bytes.assertFits(of, output)
    return output
  }

  #assertLive(): void {
    if (!this.#live)
      throw new BanyanError('fenced', `an attempt of step "${this.#plan.record.name}" came too late: it must not commit any more`)
  }

  /** A transaction whose end this attempt did not see: later ones can tell, because no new one of this attempt can begin (A1). */
  async #readBack(): Promise<void> {
    const { record, success } = this.#plan
    const saved = await this.#run.savedStep(record.name)
    if (this.durable || saved?.state !== success) return
    this.durable = true
    this.output = saved.output
    this.error = undefined
    this.#run.journal.put(saved)
  }
}
