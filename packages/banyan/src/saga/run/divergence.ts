import type { SagaStepRecord } from '../../store/records/saga-records.ts'

/** How a function and its journal differ. */
export interface Divergence {
  readonly saga: string
  readonly id: string
  readonly journal: Iterable<SagaStepRecord>
  /** Names in the journal that the function did not ask for. */
  readonly unasked: Iterable<string>
  /** Names the function asked for, in order. */
  readonly asked: Iterable<string>
  /** What it asks for next; undefined when it asks for nothing more. */
  readonly next: string | undefined
}

/** Says for a person how a function does not fit the journal, and what to do about it (P13). */
export function divergenceText({ saga, id, journal, unasked, asked, next }: Divergence): string {
  const written = [...journal].map(({ name, state }) => `${name} (${state})`).join(', ')
  const missing = [...unasked].map((name) => `"${name}"`).join(', ')
  const now = next === undefined ? 'it asks for nothing more' : `it asks for the new step "${next}"`
  return (
    `the function of saga "${saga}" does not fit the journal of ${id}: the journal has ${missing}, which the function does not ask for; ${now}. ` +
    `Journal: ${written || 'empty'}. Function: ${[...asked].join(', ') || 'nothing'}. ` +
    `Run the code that wrote the journal, or give the changed function a new version`
  )
}
