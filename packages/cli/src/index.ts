export { settingNames } from './service-stores.ts'
export { TOOLKIT_SETTINGS } from './setting-table.ts'
