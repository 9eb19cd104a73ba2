import { type Clock, nextTurn } from '../../kernel/clock.ts'
import type { SagaStepRecord } from '../../store/records/saga-records.ts'
import type { SagaStep } from '../saga.ts'

/** Turns of the event loop that a replayed function may take to ask for all steps of its journal. */
const REPLAY_TURNS = 10

// oxlint-disable-next-line typescript/no-explicit-any -- steps of different contexts and outputs stand in one map
export type AnyStep = SagaStep<any, any>

/** What a saga's function asked for in this process, compared with its journal: the source of compensations, and of P13. */
export class AskedSteps {
  readonly #clock: Clock
  readonly #steps = new Map<string, AnyStep>()
  readonly #unasked: Set<string>

  constructor(clock: Clock, journal: readonly SagaStepRecord[]) {
    this.#clock = clock
    this.#unasked = new Set(journal.filter(({ state }) => state !== 'skipped').map(({ name }) => name))
  }

  /** Names in the journal that the function has not asked for. */
  get unasked(): ReadonlySet<string> {
    return this.#unasked
  }

  /** True while the function has not asked for everything in its journal. */
  get catchingUp(): boolean {
    return this.#unasked.size > 0
  }

  /** Names asked for, in order. */
  names(): Iterable<string> {
    return this.#steps.keys()
  }

  /** Returns what was asked for under a name. */
  get(name: string): AnyStep | undefined {
    return this.#steps.get(name)
  }

  /** Notes a question; false when the name was asked for before. */
  add(name: string, step: AnyStep): boolean {
    if (this.#steps.has(name)) return false
    this.#steps.set(name, step)
    this.#unasked.delete(name)
    return true
  }

  /** Waits until the function has asked for everything in its journal; false when it rests before. */
  async caughtUp(): Promise<boolean> {
    for (let turn = 0; this.#unasked.size > 0 && turn < REPLAY_TURNS; turn++) await nextTurn(this.#clock)
    return this.#unasked.size === 0
  }

  /** Waits until the function has asked for all of `names`, or rests. */
  async rests(names: readonly string[]): Promise<void> {
    for (let turn = 0; turn < REPLAY_TURNS; turn++) {
      await nextTurn(this.#clock)
      if (names.every((name) => this.#steps.has(name))) return
    }
  }
}
