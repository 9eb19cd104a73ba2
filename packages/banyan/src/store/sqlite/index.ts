export { sqliteStores, type SqliteStoresOptions } from './sqlite-stores.ts'
