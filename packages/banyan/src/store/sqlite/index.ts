export { sqliteStores, type SqliteStoresOptions } from './sqlite-stores.ts'
export { type MediumStore, SqliteMedium } from './sqlite-medium.ts'
