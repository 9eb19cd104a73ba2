export { APART_MS_MAX, apartEnd, type ApartEnd, type ApartOptions } from './apart.ts'
export { ApartTurns } from './apart-turns.ts'
export {
  type EngineOffer,
  noTables,
  type RepositoryOf,
  sql,
  type SqlTables,
  type StoreDefinition,
  type StoreVariant,
  store,
  variantFor,
  type WithSql,
} from './definition.ts'
export { EmittedEvents, EVENT_UNITS_PER_TRANSACTION_MAX, EVENTS_PER_TRANSACTION_MAX } from './records/emitted-events.ts'
export { ANSWER_BYTES_MAX, DATA_BYTES_MAX, IDEMPOTENCY_KEY_BYTES_MAX } from './records/bounds.ts'
export type { OpenStore, StoreFactory } from './factory.ts'
export { assertServices, storesByService, type StoresByService } from './stores-by-service.ts'
export {
  type EventMark,
  type Feed,
  type FeedReadOptions,
  LARGE_DATA_BYTES,
  type NewEvent,
  READ_BYTES_MAX,
  type StoredEvent,
} from './records/feed.ts'
export { firstBytes } from './records/feed-page.ts'
export { type Migration, migrationSql, type SchemaStep } from './migration.ts'
export type { GenerationRecord, GenerationRecords } from './records/generation-records.ts'
export type { Hold, HoldRecords } from './records/hold-records.ts'
export type { FlowEvents, LogRecords, StoreSize } from './records/log-records.ts'
export { sqlOf } from './sql-of.ts'
export type { AuditRecord, AuditRecords } from './records/audit-records.ts'
export type { ConsumptionRecords, CursorRecord, ParkedFilter, ParkedRecord, ReadMark } from './records/consumption-records.ts'
export type { FoundIdempotencyRecord, IdempotencyRecord, IdempotencyRecords } from './records/idempotency-records.ts'
export type { TimerRecord, TimerRecords } from './records/timer-records.ts'
export { PARKED_STATES } from './records/consumption-records.ts'
export { type ReaderPosition, type ReaderRecord, type ReaderRecords, READERS_PER_SERVICE_MAX } from './records/reader-records.ts'
export type { RetentionRecords } from './records/retention-records.ts'
export { READY_AT, SAGA_STATUSES, STEP_STATES } from './records/saga-records.ts'
export type {
  LeaseRecords,
  OpenSagas,
  SagaChange,
  SagaFilter,
  SagaKind,
  SagaRecord,
  SagaRecords,
  SagaSignalRecord,
  SagaStatus,
  SagaStepRecord,
} from './records/saga-records.ts'
export type { Dialect, Sql, SqlReader, SqlValue } from './sql.ts'
export { type Commit, type Store, type StoreFeatures, type StoreReader, type StoreTransaction, type TransactionOptions } from './store.ts'
