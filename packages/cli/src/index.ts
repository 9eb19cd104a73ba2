export { TOOLKIT_SETTINGS } from './setting-table.ts'
