export { MEMORY_FEATURES } from './memory-features.ts'
export { memoryStores, type MemoryStoresOptions } from './memory-stores.ts'
