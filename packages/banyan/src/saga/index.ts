export type { ListedSaga, SagaActor, SagaAdmin, ShownSaga } from './engine/admin.ts'
export { SIGNAL_TTL_MS } from './engine/requests.ts'
export type { AnySaga } from './definitions.ts'
export { createSagaEngine, SAGAS_IN_MEMORY_MAX, type SagaEngine, type SagaEngineOptions } from './engine/engine.ts'
export type { Enlist, Guard, StepContextFactory } from './run/environment.ts'
export type { SagaFailure, StepError, StuckReason } from './run/failure.ts'
export type { SagaSignal } from './engine/requests.ts'
export type { Settlement } from './engine/skip.ts'
export { COMPENSATION_ATTEMPTS_MAX } from './run/rollback.ts'
export {
  type CompensationInput,
  type SagaControl,
  type SagaDefinition,
  type SagaOptions,
  type SagaStart,
  type SagaStep,
  STEP_ATTEMPTS_MAX,
  STEP_TIMEOUT,
} from './saga.ts'
