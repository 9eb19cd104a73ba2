import { BanyanError } from '../../kernel/error.ts'
import { READY_AT, type SagaFilter, type SagaRecord, type SagaStatus, type SagaStepRecord } from '../../store/records/saga-records.ts'
import type { StoreTransaction } from '../../store/store.ts'
import type { SagaDefinitions } from '../definitions.ts'
import type { SagaEnvironment } from '../run/saga-environment.ts'
import { readStepError, type SagaFailure } from '../run/saga-failure.ts'
import { requestRollback, type SagaSignal, sendSignal } from './requests.ts'
import { type Settlement, skippedStep } from './skip.ts'

/** Who does something to a saga, and why; both go into the audit trail. */
export interface SagaActor {
  readonly actor: string
  readonly reason: string
}

/** A saga as people see it. */
export interface ListedSaga extends SagaRecord {
  /** True when this build cannot run it: its definition is unknown or has another version; it is left untouched (P13). */
  readonly versionMissing: boolean
}

/** A saga with its steps in the order of their start. */
export interface ShownSaga {
  readonly saga: ListedSaga
  readonly steps: readonly SagaStepRecord[]
}

/** What people can do with sagas. Throws `not_found` for an unknown id and `failed_precondition`, with the reason, for what cannot be done now. */
export interface SagaAdmin {
  list(filter: SagaFilter): Promise<ListedSaga[]>
  counts(): Promise<{ name: string; status: SagaStatus; count: number }[]>
  show(id: string): Promise<ShownSaga | undefined>
  /** Lets a stuck saga go on from where it stands, with fresh attempts (P9). */
  retry(id: string, by: SagaActor): Promise<void>
  /**
   * Marks a step of a stuck saga, or its compensation, as settled by hand, then lets the saga go on (P9): forward with the output that
   * the step would have had. Throws `invalid_argument` when that does not fit the step.
   */
  skip(id: string, step: string, by: SagaActor, settlement?: Settlement): Promise<void>
  rollback(id: string, by: SagaActor): Promise<void>
  signal(id: string, name: string, signal: SagaSignal, by: SagaActor): Promise<void>
}

/** What the administration needs. */
export interface SagaAdminOptions {
  readonly environment: SagaEnvironment
  readonly definitions: SagaDefinitions
  /** Tells the engine that something changed for a saga. */
  readonly poke: (id: string) => void
}

/** Builds the administration of one service's sagas. */
export function createSagaAdmin(options: SagaAdminOptions): SagaAdmin {
  const { environment, definitions } = options
  const { store, runtime } = environment
  const listed = (saga: SagaRecord): ListedSaga => ({ ...saga, versionMissing: !isFinal(saga) && definitions.find(saga) === undefined })
  return {
    list: async (filter) => (await store.readApart((tx) => tx.sagas.list(filter))).map(listed),
    counts: () => store.readApart((tx) => tx.sagas.counts()),
    show: (id) =>
      store.read(async (tx) => {
        const saga = await tx.sagas.find(id)
        return saga && { saga: listed(saga), steps: await tx.sagas.steps(id) }
      }),
    retry: (id, by) => change(options, 'saga.retry', id, by, (tx, saga, now) => goOn(tx, saga, now)),
    skip: (id, step, by, settlement = {}) => skip(options, id, step, by, settlement),
    rollback: (id, by) =>
      change(options, 'saga.rollback', id, by, async (tx, { committed, status }, now) => {
        if (await requestRollback(tx, now, id, by.reason)) return
        throw new BanyanError(
          'failed_precondition',
          `saga ${id} cannot roll back: it is ${committed ? 'committed and only goes forward' : status}`,
        )
      }),
    signal: (id, name, signal, by) => change(options, `saga.signal ${name}`, id, by, (tx) => sendSignal(tx, runtime, id, name, signal)),
  }
}

type Change = (tx: StoreTransaction, saga: SagaRecord, now: number) => Promise<void>

async function change({ environment, poke }: SagaAdminOptions, action: string, id: string, by: SagaActor, apply: Change): Promise<void> {
  const { store, runtime } = environment
  await store.transaction(async (tx) => {
    const saga = await found(tx, id)
    const now = runtime.clock.now()
    await apply(tx, saga, now)
    await tx.audit.append({ at: now, actor: by.actor, action, subject: id, reason: by.reason })
  })
  poke(id)
}

/** Puts a stuck saga back on its way, in the direction in which it stopped. */
export async function goOn(tx: StoreTransaction, saga: SagaRecord, now: number): Promise<void> {
  const { stuck, ...cause } = stuckFailure(saga)
  for (const step of await tx.sagas.steps(saga.id)) {
    if (step.state === 'compensation_failed') await tx.sagas.saveSteps([{ ...step, compensationAttempts: 0 }])
    else if (stuck.phase === 'forward' && step.name === stuck.step) await tx.sagas.saveSteps([again(step)])
  }
  const backwards = stuck.phase === 'compensating'
  await tx.sagas.updateAny(saga.id, {
    status: backwards ? 'compensating' : 'running',
    failure: backwards ? JSON.stringify(cause) : null,
    wakeAt: READY_AT,
    owner: null,
    updatedAt: now,
  })
}

/** What the step becomes is decided outside of the transaction, because the saga's function is asked; it counts if nothing moved meanwhile. */
async function skip(options: SagaAdminOptions, id: string, name: string, by: SagaActor, settlement: Settlement): Promise<void> {
  const { environment, definitions } = options
  const { record, steps } = await environment.store.read(async (tx) => ({ record: await found(tx, id), steps: await tx.sagas.steps(id) }))
  const step = await skippedStep(environment, definitions, { saga: record, steps, stuck: stuckFailure(record).stuck, name, settlement })
  await change(options, `saga.skip ${name}`, id, by, async (tx, current, now) => {
    stuckFailure(current)
    if (current.epoch !== record.epoch || current.updatedAt !== record.updatedAt)
      throw new BanyanError('failed_precondition', `saga ${id} moved while it was looked at; look again`)
    await tx.sagas.saveSteps([step])
    await goOn(tx, current, now)
  })
}

async function found(tx: Pick<StoreTransaction, 'sagas'>, id: string): Promise<SagaRecord> {
  const saga = await tx.sagas.find(id)
  if (saga) return saga
  throw new BanyanError('not_found', `there is no saga ${id}`)
}

function stuckFailure(saga: SagaRecord): SagaFailure & Required<Pick<SagaFailure, 'stuck'>> {
  const failure = saga.failure === null ? undefined : (JSON.parse(saga.failure) as SagaFailure)
  if (saga.status === 'stuck' && failure?.stuck) return { ...failure, stuck: failure.stuck }
  throw new BanyanError('failed_precondition', `saga ${saga.id} is ${saga.status}; only one that is stuck can be retried or skipped`)
}

/** A failed step before its next attempt; what is known of its outcome stays. */
function again(step: SagaStepRecord): SagaStepRecord {
  if (step.state !== 'failed' && step.state !== 'unknown') return step
  const { retryAt: _, ...error } = readStepError(step.error) ?? {}
  return { ...step, state: 'started', attempts: 0, error: step.error === null ? null : JSON.stringify(error), endedAt: null }
}

function isFinal({ status }: SagaRecord): boolean {
  return status === 'completed' || status === 'compensated'
}
