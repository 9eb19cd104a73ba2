import type { StoreFeatures } from 'banyan/store'

/** What PostgreSQL gives; see {@link StoreFeatures}. A server that syncs less, where that is allowed, makes the durability of a store `process`. */
export const POSTGRES_FEATURES = {
  adapter: 'postgres',
  engine: 'sql',
  isolation: 'serializable',
  durability: 'power',
  shared: true,
  log: 'kept',
  size: 'server',
} as const satisfies StoreFeatures
