import type { TSchema } from 'typebox'
import { schemaCheck } from '../../contract/validator.ts'
import { BanyanError } from '../../kernel/error.ts'
import type { SagaRecord, SagaStepRecord } from '../../store/records/saga-records.ts'
import type { AnyStep } from '../run/asked-steps.ts'
import { isWait } from '../run/control.ts'
import type { SagaDefinitions } from '../definitions.ts'
import type { SagaEnvironment } from '../run/saga-environment.ts'
import { outputText, type StuckReason } from '../run/saga-failure.ts'
import { learnStep } from '../run/learn-step.ts'

/** What a person settled by hand. */
export interface Settlement {
  /** What the step would have answered, as JSON carries it; undefined when the saga's author is to say it ({@link SagaStep.skipped}). */
  readonly output?: unknown
}

/** What a skip needs to look at. */
export interface SkipRequest {
  readonly saga: SagaRecord
  readonly steps: readonly SagaStepRecord[]
  readonly stuck: StuckReason
  readonly name: string
  readonly settlement: Settlement
}

/**
 * Decides what a step becomes that a person settled by hand (P9). On the way back its compensation is settled. On the way forward the saga goes
 * on with an output: the one given, checked against the step's own schema, or the one that the saga's author declared. Runs the saga's
 * function against its journal to learn what the step says of itself; nothing of it acts.
 * Throws `not_found` for an unknown step, `invalid_argument` for an output that does not fit, and `failed_precondition` with what to do
 * for what cannot be skipped.
 */
export async function skippedStep(
  environment: SagaEnvironment,
  definitions: SagaDefinitions,
  request: SkipRequest,
): Promise<SagaStepRecord> {
  const { saga, steps, stuck, name, settlement } = request
  const step = steps.find((one) => one.name === name)
  if (!step) throw new BanyanError('not_found', `saga ${saga.id} has no step "${name}"`)
  if (!mayBeSkipped(step, stuck)) throw refused(step, `is ${step.state}; there is nothing to skip`)
  if (stuck.phase === 'compensating') return undoneByHand(step, settlement, environment.runtime.clock.now())
  const definition = definitions.find(saga)
  if (!definition) throw refused(step, `cannot be skipped by this build: it does not have version ${saga.version} of "${saga.name}"`)
  const asked = await learnStep(environment, definition, { record: saga, steps }, name)
  if (!asked) return undoneByHand(step, settlement, environment.runtime.clock.now()) // the function has lost it: nothing waits for an output
  if (isWait(name)) throw refused(step, 'is a wait, which ends by its time or its signal; send the signal')
  if (stuck.step !== undefined && stuck.step !== name) throw refused(step, `is not where the saga is stuck; that is step "${stuck.step}"`)
  if (step.state === 'done') throw refused(step, 'is done; there is nothing to skip')
  return { ...step, state: 'skipped', output: givenOutput(asked, step, settlement), endedAt: environment.runtime.clock.now() }
}

function mayBeSkipped({ state }: SagaStepRecord, { phase }: StuckReason): boolean {
  if (state === 'compensated' || state === 'kept' || state === 'skipped') return false
  return state !== 'failed' || phase === 'forward' // what surely did not happen has nothing to undo
}

/** A person's work on a compensation counts as an attempt: that tells it from a step that was skipped on the way forward, which is undone. */
function undoneByHand(step: SagaStepRecord, { output }: Settlement, now: number): SagaStepRecord {
  if (output !== undefined)
    throw new BanyanError('invalid_argument', `step "${step.name}" is undone by hand, and that has no output; leave the output away`)
  return { ...step, state: 'skipped', compensationAttempts: Math.max(1, step.compensationAttempts), endedAt: now }
}

function givenOutput({ output: schema, skipped }: AnyStep, step: SagaStepRecord, { output }: Settlement): string | null {
  const of = `step "${step.name}"`
  if (output !== undefined) return outputText(schema ? schemaCheck(schema).parse(output, `the output of ${of}`) : output, of)
  if (skipped) return outputText(skipped(), of)
  throw refused(
    step,
    `answers something that the saga goes on with; give it as JSON${expectation(schema)} (banyan sagas skip … --output '…'; null for nothing), ` +
      'or let the saga declare `skipped` for the step',
  )
}

/** Longest schema that is shown; a person reads it. */
const SCHEMA_LENGTH_MAX = 500

function expectation(schema: TSchema | undefined): string {
  return schema === undefined ? '' : ` that fits ${JSON.stringify(schema).slice(0, SCHEMA_LENGTH_MAX)}`
}

function refused({ sagaId, name }: SagaStepRecord, why: string): BanyanError {
  return new BanyanError('failed_precondition', `step "${name}" of saga ${sagaId} ${why}`)
}
