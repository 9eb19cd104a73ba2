import { allDone } from '../../kernel/all-done.ts'
import type { SagaChange, SagaStepRecord } from '../../store/records/saga-records.ts'
import type { StoreTransaction } from '../../store/store.ts'
import { type JournalBytes, stepBytes } from './journal-bytes.ts'

/** What one transaction writes of a saga. */
export interface Entry {
  readonly outcomes: readonly SagaStepRecord[]
  readonly intents: readonly SagaStepRecord[]
  readonly change: SagaChange | undefined
}

/**
 * One saga's journal in memory, with what is still to be written.
 * - J1 An intent (`started`) is durable before its action runs (P8).
 * - J2 Outcomes and changes wait for the next transaction, whichever writes: that of the next intent, of a local step, or one of their own.
 * - J3 What is not yet durable can be written twice; a write replaces the whole step, so nothing is lost when a transaction fails.
 */
export class Journal {
  /** Steps by name, as durable or on their way. */
  readonly steps = new Map<string, SagaStepRecord>()
  /** What the saga holds in memory. */
  readonly bytes: JournalBytes
  readonly #outcomes = new Map<string, SagaStepRecord>()
  readonly #intents = new Map<string, SagaStepRecord>()
  #change: SagaChange | undefined
  #number = 0
  /** Steps with higher numbers are not written any more. */
  #last = Infinity

  /** `bytes` has counted the steps. */
  constructor(steps: readonly SagaStepRecord[], bytes: JournalBytes) {
    this.bytes = bytes
    for (const step of steps) {
      this.steps.set(step.name, step)
      if (step.number > this.#number) this.#number = step.number
    }
  }

  /** Whether anything waits to be written. */
  get dirty(): boolean {
    return this.#outcomes.size > 0 || this.#intents.size > 0 || this.#change !== undefined
  }

  /** Returns the next number: steps are compensated in the reverse order of these. */
  nextNumber(): number {
    return ++this.#number
  }

  /** Number of the newest step. */
  get number(): number {
    return this.#number
  }

  /** Takes over a step as it is in the store. */
  put(step: SagaStepRecord): void {
    const known = this.steps.get(step.name)
    if (known) this.bytes.release(stepBytes(known))
    this.bytes.take(stepBytes(step))
    this.steps.set(step.name, step)
  }

  /** Adds a step that must be durable before its action runs. */
  intend(step: SagaStepRecord): void {
    this.#intents.set(step.name, step)
  }

  /** Adds what became of a step. */
  record(step: SagaStepRecord): void {
    if (step.number > this.#last) return
    this.put(step)
    this.#outcomes.set(step.name, step)
  }

  /** Adds changes of the saga itself. */
  change(change: SagaChange): void {
    this.#change = this.#change ? { ...this.#change, ...change } : change
  }

  /** Forgets what only a saga that goes forward would write; outcomes stay. */
  dropForward(): void {
    this.#intents.clear()
    this.#change = undefined
  }

  /** Forgets the steps after `number` for good: they followed something that did not become durable, so none of them is. */
  dropAfter(number: number): void {
    this.#last = number
    for (const step of this.steps.values()) {
      if (step.number <= number) continue
      this.steps.delete(step.name)
      this.bytes.release(stepBytes(step))
      this.#outcomes.delete(step.name)
    }
  }

  /** What is to be written now, with `outcome` in addition. */
  entry(outcome?: SagaStepRecord): Entry {
    const outcomes = [...this.#outcomes.values()]
    if (outcome) outcomes.push(outcome)
    return { outcomes, intents: [...this.#intents.values()], change: this.#change }
  }

  /** Takes note that `entry` is durable. */
  written({ outcomes, intents, change }: Entry): void {
    for (const step of outcomes) {
      this.put(step)
      if (this.#outcomes.get(step.name) === step) this.#outcomes.delete(step.name)
    }
    for (const step of intents) {
      if (this.#intents.get(step.name) === step) this.#intents.delete(step.name)
      const known = this.steps.get(step.name)
      if (known === undefined || known.attempts < step.attempts) this.put(step) // also one dropped meanwhile: it is durable
    }
    if (this.#change === change) this.#change = undefined
  }
}

const NO_CHANGE: SagaChange = {}

/** The steps of an entry; of several with one name, e.g. an outcome and the next attempt's intent, only the last counts. */
function lastOfEach({ outcomes, intents }: Entry): readonly SagaStepRecord[] {
  if (outcomes.length + intents.length < 2) return outcomes.length === 0 ? intents : outcomes
  const byName = new Map<string, SagaStepRecord>()
  for (const step of outcomes) byName.set(step.name, step)
  for (const step of intents) byName.set(step.name, step)
  return [...byName.values()]
}

/**
 * Writes an entry; throws `fenced` when the saga's epoch moved on (P14). Returns the reason when a rollback was asked for.
 * `mayWrite` is asked once the saga is held, so that what was decided meanwhile counts.
 */
export async function writeEntry(
  tx: StoreTransaction,
  saga: { readonly id: string; readonly epoch: number },
  entry: Entry,
  mayWrite: (rollbackRequested: string | null) => void,
): Promise<void> {
  const held = tx.sagas.update(saga.id, saga.epoch, entry.change ?? NO_CHANGE)
  const [rollbackRequested] = await allDone([held, tx.sagas.saveSteps(lastOfEach(entry))])
  mayWrite(rollbackRequested)
}
