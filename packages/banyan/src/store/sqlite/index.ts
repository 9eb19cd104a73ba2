export { createPrivateFile, prepareDirectory } from './data-directory.ts'
export { sqliteStores, type SqliteStoresOptions } from './sqlite-stores.ts'
export { type MediumStore, SqliteMedium } from './sqlite-medium.ts'
