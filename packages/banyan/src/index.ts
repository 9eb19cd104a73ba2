export {
  type Access,
  audit,
  type AuditClient,
  type Client,
  type Contract,
  codeOr,
  command,
  contract,
  declareError,
  type EventMap,
  event,
  failedWith,
  fromTimestamp,
  GivenTimestamp,
  type Principal,
  query,
  type Static,
  Text,
  Timestamp,
  toTimestamp,
  toTimestampOrNull,
  Type,
  Version,
  withReasonCode,
} from './contract/index.ts'
export type {
  HandlerContext,
  OperationContext,
  Snapshot,
  StepContext,
  TimerDefinition,
  TimerEntry,
  Transaction,
} from './service/define/context.ts'
export { define, type Definers, type DefineOptions, type ResourceOptions, type ServiceDefinition } from './service/define/define.ts'
export { type Complete, service } from './service/define/service.ts'
export type { HealthCheck, RawRoutes, Service, ServiceContext, ServiceParts } from './service/define/service-parts.ts'
export { type AgedRows, removeAged, type RemovalRule, type Retention } from './service/define/retention.ts'
export type { ReceivedEvent } from './events/reading/received-event.ts'
export type { SagaControl, SagaDefinition, SagaOptions, SagaStep } from './saga/saga.ts'
export { type RepositoryOf, sql, type SqlTables, store, type StoreDefinition, type StoreVariant, type WithSql } from './store/definition.ts'
export type { Sql, SqlReader, SqlValue } from './store/sql.ts'
export { type AnyCollection, type Collection, collection, type CollectionOptions } from './store/documents/collection.ts'
export type { DocumentBounds, DocumentRange, DocumentReader, DocumentReading, Documents } from './store/documents/documents.ts'
export { type DocumentCollections, documents } from './store/documents/documents-variant.ts'
export type { Key, KeyPart } from './store/documents/key.ts'
export { BanyanError } from './kernel/error.ts'
