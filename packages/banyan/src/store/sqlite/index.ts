export { prepareDirectory } from './data-directory.ts'
export { createPrivateFile, tightenFile } from './private-file.ts'
export { sqliteStores, type SqliteStoresOptions } from './sqlite-stores.ts'
export { type MediumStore, SqliteMedium } from './sqlite-medium.ts'
