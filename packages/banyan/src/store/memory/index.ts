export { memoryStores, type MemoryStoresOptions } from './memory-stores.ts'
