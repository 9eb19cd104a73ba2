export type { ListedSaga, SagaActor, SagaAdmin, ShownSaga } from './engine/saga-admin.ts'
export { SIGNAL_TTL_MS } from './engine/requests.ts'
export type { AnySaga } from './definitions.ts'
export { createSagaEngine, SAGAS_IN_MEMORY_MAX, type SagaEngine, type SagaEngineOptions } from './engine/saga-engine.ts'
export type { Enlist, Guard, StepContextFactory } from './run/saga-environment.ts'
export type { SagaFailure, StepError, StuckReason } from './run/saga-failure.ts'
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
