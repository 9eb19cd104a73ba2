import type { SagaStepRecord } from '../../store/records/saga-records.ts'
import type { StoreTransaction } from '../../store/store.ts'
import { toJson } from '../../kernel/json.ts'
import type { RunningSaga } from './running.ts'
import type { SignalOutput, Wait } from './waits.ts'

/** A wait for a signal that is over. */
export interface TakenSignal {
  readonly wait: Wait
  readonly record: SagaStepRecord
  readonly output: SignalOutput
}

/**
 * Takes, as part of a journal write, the signals that came for waits of a saga, and ends waits whose time is up: signal and step commit
 * together, so it is delivered once (P12). `again`: an earlier write may have committed without an answer; what it took is not lost.
 */
export async function takeSignals(tx: StoreTransaction, run: RunningSaga, again: boolean): Promise<TakenSignal[]> {
  const taken: TakenSignal[] = []
  for (const wait of run.waits.signals()) {
    const output = (again && (await earlier(tx, run, wait))) || (await next(tx, run, wait))
    if (!output) continue
    const record: SagaStepRecord = { ...(wait.record as SagaStepRecord), state: 'done', output: toJson(output), endedAt: run.now() }
    await tx.sagas.saveSteps([record])
    taken.push({ wait, record, output })
  }
  return taken
}

/** Goes on with a signal once it is durable that it was taken. */
export function deliver(run: RunningSaga, { wait, record, output }: TakenSignal): void {
  run.journal.put(record)
  run.waits.remove(wait)
  wait.resolve(output.data)
  run.check()
}

async function earlier(tx: StoreTransaction, run: RunningSaga, wait: Wait): Promise<SignalOutput | undefined> {
  const step = (await tx.sagas.steps(run.id)).find(({ name }) => name === wait.name)
  return step?.state === 'done' && step.output !== null ? (JSON.parse(step.output) as SignalOutput) : undefined
}

async function next(tx: StoreTransaction, run: RunningSaga, wait: Wait): Promise<SignalOutput | undefined> {
  const signal = await tx.sagas.takeSignal(run.id, wait.signal as string)
  if (signal) return { data: JSON.parse(signal.data) }
  return wait.dueAt !== undefined && wait.dueAt <= run.now() ? { timedOut: true } : undefined
}
