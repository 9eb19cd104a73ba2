import { toBanyanError } from '../../kernel/error.ts'
import type { AnyStep } from './asked-steps.ts'
import { sagaControl } from './control.ts'
import type { LoadedSaga } from '../definitions.ts'
import type { SagaEnvironment } from './saga-environment.ts'
import { readInput } from '../input.ts'
import { type LoadedRecords, SagaRun } from './saga-run.ts'

/**
 * Runs a saga's function against its journal, as for a rollback, to learn what it says of the step `name`; nothing of it acts and nothing is
 * written. Undefined when the function does not ask for the step.
 */
export async function learnStep(
  environment: SagaEnvironment,
  definition: LoadedSaga,
  records: LoadedRecords,
  name: string,
): Promise<AnyStep | undefined> {
  const run = new SagaRun(environment, definition, records, () => {})
  run.replayRollback()
  const replay = definition.run(sagaControl(run), readInput(definition, records.record.input)).catch((thrown: unknown) => {
    const { code } = toBanyanError(thrown)
    environment.runtime.log.debug('the function of a saga ended while it was asked for a step', { ...run.facts, step: name, code })
  })
  void replay
  await run.asked.rests([name])
  run.abandon()
  return run.asked.get(name)
}
