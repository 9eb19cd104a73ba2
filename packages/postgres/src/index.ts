export { POOL_MAX, postgresStores, type PostgresStoresOptions, STATEMENT_TIMEOUT_MS } from './postgres-stores.ts'
