export { POOL_MAX, WRITERS } from './pool-settings.ts'
export { POSTGRES_FEATURES } from './postgres-features.ts'
export { postgresStores, type PostgresStoresOptions, STATEMENT_TIMEOUT_MS } from './postgres-stores.ts'
