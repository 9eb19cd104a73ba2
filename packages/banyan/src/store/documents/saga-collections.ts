import type { SagaRecord, SagaSignalRecord, SagaStepRecord } from '../records/saga-records.ts'
import { collection } from './collection.ts'

/** Whether a saga has not ended; `stuck` ones have not. */
export function isOpen({ status }: Pick<SagaRecord, 'status'>): boolean {
  return status !== 'completed' && status !== 'compensated'
}

/**
 * Sagas. Each question has its own index: free ones of a kind by their wake time, free ones without a time, what an owner has, what ended, and
 * what people ask for. What is not due stands in none that a look goes through.
 */
export const sagas = collection({
  name: 'banyan_saga',
  key: ({ id }: SagaRecord) => [id],
  indexes: {
    due: (saga) => {
      const { name, version, wakeAt, status, id } = saga
      return isOpen(saga) && saga.owner === null && wakeAt !== null ? [name, version, wakeAt, status, id] : undefined
    },
    timeless: (saga) => {
      const { name, version, status, id } = saga
      return isOpen(saga) && saga.owner === null && saga.wakeAt === null ? [name, version, status, id] : undefined
    },
    owned: (saga) => (isOpen(saga) && saga.owner !== null ? [saga.owner, saga.name, saga.version, saga.id] : undefined),
    ended: (saga) => (isOpen(saga) ? undefined : [saga.updatedAt, saga.id]),
    status: ({ name, status, id }) => [name, status, id],
    flow: ({ correlationId, id }) => [correlationId, id],
  },
  large: ['input', 'output'],
})

/** Steps of sagas. One has few, which are read together. */
export const sagaSteps = collection({ name: 'banyan_saga_step', key: ({ sagaId, name }: SagaStepRecord) => [sagaId, name] })

/** A signal as it is kept. */
export interface KeptSignal extends SagaSignalRecord {
  /** In the order in which signals came. */
  readonly number: number
}

/** Signals of sagas, in the order in which they came, and those that wait to be taken. */
export const sagaSignals = collection({
  name: 'banyan_saga_signal',
  key: ({ sagaId, signalId }: KeptSignal) => [sagaId, signalId],
  indexes: {
    number: ({ number }) => [number],
    waiting: ({ sagaId, name, number, consumed }) => (consumed ? undefined : [sagaId, name, number]),
  },
  large: ['data'],
})
