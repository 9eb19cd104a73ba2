import type { SagaRecord, SagaSignalRecord, SagaStatus, SagaStepRecord } from '../records/saga-records.ts'
import type { SqlValue } from '../sql.ts'
import { columnsWith } from './columns.ts'
import { shown } from './shown.ts'

/** One row of `banyan_saga`. */
export interface SagaRow {
  readonly id: string
  readonly name: string
  readonly version: number
  readonly status: SagaStatus
  readonly input: string
  readonly output: string | null
  readonly failure: string | null
  readonly committed: number
  readonly rollback_requested: string | null
  readonly wake_at: number | null
  readonly deadline_at: number | null
  readonly owner: string | null
  readonly epoch: number
  readonly correlation_id: string
  readonly traceparent: string
  readonly created_at: number
  readonly updated_at: number
  readonly caller_keys: number
}

/** Columns of a {@link SagaRow}, in the order of {@link sagaValues}. */
export const SAGA_COLUMNS = `id, name, version, status, input, output, failure, committed, rollback_requested, wake_at, deadline_at, owner, epoch,
  correlation_id, traceparent, created_at, updated_at, caller_keys`

/** The same for lists: large inputs and outputs are told, not read. */
export const SHOWN_SAGA_COLUMNS = columnsWith(SAGA_COLUMNS, { input: shown('input'), output: shown('output') })

/** Turns a row into a saga. */
export function sagaRecord(row: SagaRow): SagaRecord {
  return {
    id: row.id,
    name: row.name,
    version: row.version,
    status: row.status,
    input: row.input,
    output: row.output,
    failure: row.failure,
    committed: row.committed === 1,
    rollbackRequested: row.rollback_requested,
    wakeAt: row.wake_at,
    deadlineAt: row.deadline_at,
    owner: row.owner,
    epoch: row.epoch,
    correlationId: row.correlation_id,
    traceparent: row.traceparent,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    callerKeys: row.caller_keys === 1,
  }
}

/** Values of {@link SAGA_COLUMNS}. */
export function sagaValues(saga: SagaRecord): SqlValue[] {
  return [
    saga.id,
    saga.name,
    saga.version,
    saga.status,
    saga.input,
    saga.output,
    saga.failure,
    saga.committed ? 1 : 0,
    saga.rollbackRequested,
    saga.wakeAt,
    saga.deadlineAt,
    saga.owner,
    saga.epoch,
    saga.correlationId,
    saga.traceparent,
    saga.createdAt,
    saga.updatedAt,
    saga.callerKeys ? 1 : 0,
  ]
}

/** One row of `banyan_saga_step`. */
export interface SagaStepRow {
  readonly saga_id: string
  readonly name: string
  readonly step_number: number
  readonly state: SagaStepRecord['state']
  readonly output: string | null
  readonly error: string | null
  readonly attempts: number
  readonly compensation_attempts: number
  readonly started_at: number
  readonly ended_at: number | null
}

/** Columns of a {@link SagaStepRow}. */
export const STEP_COLUMNS = 'saga_id, name, step_number, state, output, error, attempts, compensation_attempts, started_at, ended_at'

/** Turns a row into a step. */
export function sagaStepRecord(row: SagaStepRow): SagaStepRecord {
  return {
    sagaId: row.saga_id,
    name: row.name,
    number: row.step_number,
    state: row.state,
    output: row.output,
    error: row.error,
    attempts: row.attempts,
    compensationAttempts: row.compensation_attempts,
    startedAt: row.started_at,
    endedAt: row.ended_at,
  }
}

/** Values of {@link STEP_COLUMNS}. */
export function sagaStepValues(step: SagaStepRecord): SqlValue[] {
  const { sagaId, name, number, state, output, error, attempts, compensationAttempts, startedAt, endedAt } = step
  return [sagaId, name, number, state, output, error, attempts, compensationAttempts, startedAt, endedAt]
}

/** One row of `banyan_saga_signal`. */
export interface SagaSignalRow {
  readonly saga_id: string
  readonly name: string
  readonly signal_id: string
  readonly data: string
  readonly consumed: number
  readonly received_at: number
}

/** Columns of a {@link SagaSignalRow}. */
export const SIGNAL_COLUMNS = 'saga_id, name, signal_id, data, consumed, received_at'

/** Turns a row into a signal. */
export function sagaSignalRecord(row: SagaSignalRow): SagaSignalRecord {
  return {
    sagaId: row.saga_id,
    name: row.name,
    signalId: row.signal_id,
    data: row.data,
    consumed: row.consumed === 1,
    receivedAt: row.received_at,
  }
}
