export { applyMigrations, type MigrationTarget, pendingMigrations, STORE_FORMAT, upgradeRefused } from './migrate.ts'
export {
  type AppliedMigration,
  migrationChecksum,
  type MigrationPlanInput,
  type PendingMigration,
  planMigrations,
} from './migration-plan.ts'
export { NEW_EVENT_COLUMNS, newEventValues, STORED_EVENT_COLUMNS, storedEvent, type StoredEventRow } from './outbox-table.ts'
export { columnsWith } from './columns.ts'
export { SqlRecords } from './sql-records.ts'
export { toolkitMigrations } from './schema.ts'
export { refuseRemovedEvents } from '../records/removed-events.ts'
export { olderLog, pageBehind } from '../records/page-history.ts'
export { TOKEN, unknownToken } from '../records/token.ts'
