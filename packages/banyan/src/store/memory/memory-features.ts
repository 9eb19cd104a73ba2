import type { StoreFeatures } from '../store.ts'

/** What stores in memory give; see {@link StoreFeatures}. */
export const MEMORY_FEATURES = {
  adapter: 'memory',
  engine: 'documents',
  isolation: 'serial',
  durability: 'none',
  shared: false,
  log: 'kept',
  size: 'memory',
} as const satisfies StoreFeatures
