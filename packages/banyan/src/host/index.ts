export { acceptLoss, type AcceptLossOptions, LossRefused, type SetBack } from './accept-loss.ts'
export type { Actor, LogReader, PlatformAdmin, SagaDetail, ServiceAdmin, Violation } from './platform-admin.ts'
export type { Gateway, GatewayHost, ListenOptions, GatewayService, RawRequestHandler, RunningGateway } from './gateway.ts'
export type { CheckResult, HealthReport } from './health.ts'
export {
  bodySha256,
  challengeSeal,
  OPERATOR_NONCE,
  OPERATOR_PROOF_PATH,
  OPERATOR_SCHEME,
  operatorAuthorization,
  type OperatorCredentials,
  type OperatorRequest,
  parseOperatorAuthorization,
  platformProof,
  requestProof,
  sameProof,
} from './operator-proof.ts'
export { serviceDirectory } from '../service/hosted/service-files.ts'
export { auditStopped, type StoppedOptions } from './audit-stopped.ts'
export {
  type AskForAudit,
  type AuditOptions,
  type Invariants,
  type Platform,
  platform,
  type StoreMaker,
  type StorePlace,
  type StoreSizes,
} from './platform.ts'
export type { ChosenStores } from './platform-stores.ts'
export type { RemoteLog } from './reader-reports.ts'
export type { PlatformSettings, Setting } from './setting.ts'
export { type RunningPlatform, type StartOptions, startPlatform } from './start-platform.ts'
export type { ConsumerLag } from '../service/reaction/consumer-lag.ts'
export { createOwnWrites, type OwnWrites } from '../service/own-writes/own-writes.ts'
export type { ReadModel } from '../service/reaction/read-model.ts'
export type { HostedService } from '../service/hosted/hosted-service.ts'
