import type { StoreFeatures } from '../store.ts'

/** What SQLite files give; see {@link StoreFeatures}. */
export const SQLITE_FEATURES = {
  adapter: 'sqlite',
  engine: 'sql',
  isolation: 'serial',
  durability: 'power',
  shared: false,
  log: 'kept',
  size: 'disk',
} as const satisfies StoreFeatures
