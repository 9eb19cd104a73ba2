export type { ListedSaga, SagaActor, SagaAdmin, ShownSaga } from './admin.ts'
export { SIGNAL_TTL_MS } from './requests.ts'
export type { AnySaga } from './definitions.ts'
export { createSagaEngine, SAGAS_IN_MEMORY_MAX, type SagaEngine, type SagaEngineOptions } from './engine.ts'
export type { Enlist, Guard, StepContextFactory } from './environment.ts'
export type { SagaFailure, StepError, StuckReason } from './failure.ts'
export type { SagaSignal } from './requests.ts'
export type { Settlement } from './skip.ts'
export { COMPENSATION_ATTEMPTS_MAX } from './rollback.ts'
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
