import { type Duration, durationMs } from '../../kernel/duration.ts'
import { BanyanError, misuse } from '../../kernel/error.ts'
import { plainJson, toJson } from '../../kernel/json.ts'
import type { SagaStepRecord } from '../../store/records/saga-records.ts'
import { hang } from './hang.ts'
import type { RunningSaga } from './running.ts'
import type { SagaControl, SagaStep } from '../saga.ts'
import { newStep, runStep } from './step.ts'
import type { SignalOutput, WaitState } from './waits.ts'

const SLEEP = 'sleep:'
const SIGNAL = 'signal:'
/** Longest name of a step: it is part of idempotency keys, which other systems limit to 255 characters. */
const NAME_LENGTH_MAX = 128

/** Sleeps and signals stand in the journal like steps that have nothing to undo. */
const NOTHING_TO_UNDO: SagaStep<unknown, unknown> = { action: hang }

/** Builds what a saga's function works with. */
export function sagaControl(run: RunningSaga): SagaControl<unknown> {
  const waitsBySignal = new Map<string, number>()
  return {
    id: run.id,
    step<T>(name: string, step: SagaStep<unknown, T>): Promise<T> {
      checkName(name)
      return runStep(run, name, step) as Promise<T>
    },
    commit: () => commit(run),
    rollback(reason, data) {
      return rollback(run, reason, data)
    },
    async sleep(name, duration) {
      checkName(name)
      await waitFor(run, { name: `${SLEEP}${name}`, kind: 'sleep', duration })
    },
    async signal<T>(name: string, options: { readonly timeout?: Duration } = {}): Promise<T | undefined> {
      checkName(name)
      const count = (waitsBySignal.get(name) ?? 0) + 1
      waitsBySignal.set(name, count)
      const entry = `${SIGNAL}${name}${count === 1 ? '' : `#${count}`}`
      return (await waitFor(run, { name: entry, kind: 'signal', duration: options.timeout, signal: name })) as T | undefined
    },
  }
}

/** Whether an entry of the journal is a sleep or a wait for a signal, not a step. */
export function isWait(name: string): boolean {
  return name.startsWith(SLEEP) || name.startsWith(SIGNAL)
}

function checkName(name: string): void {
  if (name.length === 0 || name.length > NAME_LENGTH_MAX) misuse(`"${name}" must have 1 to ${NAME_LENGTH_MAX} characters to name a step`)
  if (isWait(name)) misuse(`step "${name}" must not begin with "${SLEEP}" or "${SIGNAL}"; rename it`)
}

/** Durable before anything leaves that follows it: it goes into the write that the next step needs, or one of its own in this turn. */
async function commit(run: RunningSaga): Promise<void> {
  if (run.committed) return
  if (!run.mayStart()) return hang()
  run.commit()
}

function rollback(run: RunningSaga, reason: string, data: unknown): never {
  if (run.committed) throw new BanyanError('failed_precondition', `saga ${run.id} is committed; from here on it only goes forward`)
  plainJson(data, 'the data of a rollback')
  const error = new BanyanError('rolled_back', reason, { data })
  run.beginRollback(data === undefined ? { code: error.code, message: reason } : { code: error.code, message: reason, data })
  throw error
}

interface WaitPlan {
  readonly name: string
  readonly kind: 'sleep' | 'signal'
  readonly duration: Duration | undefined
  readonly signal?: string
}

/** Waits for a time or a signal. The moment at which it ends is fixed when it is first asked for (P11). */
async function waitFor(run: RunningSaga, plan: WaitPlan): Promise<unknown> {
  const { name, kind, duration, signal } = plan
  if (!run.answers() || !run.ask(name, NOTHING_TO_UNDO)) return hang()
  const known = run.journal.steps.get(name)
  if (known?.state === 'done') return kind === 'signal' ? (JSON.parse(known.output as string) as SignalOutput).data : undefined
  if (run.replaying || !run.mayStart()) return hang()
  if (!known && run.asked.catchingUp && !(await run.replayed(name))) return hang()
  const record = known ?? newWait(run, name, duration)
  const { dueAt } = JSON.parse(record.output as string) as WaitState
  return run.wait({ name, kind, dueAt, record, ...(signal === undefined ? {} : { signal }) })
}

function newWait(run: RunningSaga, name: string, duration: Duration | undefined): SagaStepRecord {
  const state: WaitState = duration === undefined ? {} : { dueAt: run.now() + durationMs(duration) }
  const record = { ...newStep(run, name), attempts: 1, output: toJson(state) }
  run.journal.record(record)
  return record
}
