import type { TSchema } from 'typebox'
import { durationMs } from '../kernel/duration.ts'
import { misuse } from '../kernel/error.ts'
import type { SagaKind } from '../store/records/saga-records.ts'
import type { SagaControl, SagaDefinition } from './saga.ts'

/** Names of the fault points of one saga, built once because they are passed on every step. */
export interface SagaPoints {
  readonly beforeJournal: string
  readonly afterJournal: string
  readonly beforeAction: string
  readonly afterAction: string
  readonly beforeCompensation: string
  readonly afterCompensation: string
}

/** A definition as the engine runs it. */
export interface LoadedSaga extends SagaKind {
  // oxlint-disable-next-line typescript/no-explicit-any -- context, input and output types end at the engine; authors had them checked
  readonly run: (control: SagaControl<any>, input: any) => Promise<unknown>
  readonly deadlineMs: number | undefined
  /** What it is started with; undefined when nobody said. */
  readonly input: TSchema | undefined
  readonly points: SagaPoints
}

/** Any saga's definition. */
// oxlint-disable-next-line typescript/no-explicit-any -- definitions of different inputs stand in one list
export type AnySaga = SagaDefinition<any, any, any>

/** The sagas that this build of a service can run (P13). */
export class SagaDefinitions {
  readonly kinds: readonly SagaKind[]
  readonly #byName: ReadonlyMap<string, LoadedSaga>

  constructor(service: string, definitions: readonly AnySaga[]) {
    this.#byName = new Map(definitions.map((definition) => [definition.name, loaded(service, definition)]))
    this.kinds = [...this.#byName.values()].map(({ name, version }) => ({ name, version }))
  }

  /** Finds the code for a saga; undefined when this build does not have it in that version. */
  find({ name, version }: SagaKind): LoadedSaga | undefined {
    const known = this.#byName.get(name)
    return known?.version === version ? known : undefined
  }

  /** Returns a definition by name; throws `misuse` when the service does not list it. */
  get(name: string): LoadedSaga {
    return this.#byName.get(name) ?? misuse(`saga "${name}" is not part of the service; add it to sagas`)
  }
}

function loaded(service: string, { name, run, options }: AnySaga): LoadedSaga {
  const point = `saga.${service}.${name}`
  return {
    name,
    version: options.version ?? 1,
    run,
    deadlineMs: options.deadline === undefined ? undefined : durationMs(options.deadline),
    input: options.input,
    points: {
      beforeJournal: `${point}.before-journal`,
      afterJournal: `${point}.after-journal`,
      beforeAction: `${point}.before-action`,
      afterAction: `${point}.after-action`,
      beforeCompensation: `${point}.before-compensation`,
      afterCompensation: `${point}.after-compensation`,
    },
  }
}
