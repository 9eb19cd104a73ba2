export { POOL_MAX, postgresStores, type PostgresStoresOptions, STATEMENT_TIMEOUT_MS, WRITERS } from './postgres-stores.ts'
