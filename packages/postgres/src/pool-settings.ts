import { misuse } from 'banyan/kernel'

/** Seven services, nine connections each, stay below a server's usual 100. */
export const POOL_MAX = 8
/** Transactions of one group never refuse each other; see GroupWriter. */
export const WRITERS = 1

/** How messages name the setting of {@link POOL_MAX}: in code, and in the environment of `banyan start`. */
export const POOL_MAX_SETTING = 'poolMax (BANYAN_POSTGRES_POOL_MAX)'

/** Sizes of what a service has on its server. */
export interface PoolSettings {
  /** Most connections of one service. */
  readonly poolMax: number
  /** Groups of transactions that run side by side. */
  readonly writers: number
}

/** Fills in what is not given. Throws `misuse` for sizes that cannot be. */
export function poolSettings({ poolMax = POOL_MAX, writers = WRITERS }: Partial<PoolSettings>): PoolSettings {
  if (!Number.isInteger(poolMax) || poolMax < 1) misuse(`${POOL_MAX_SETTING} is ${poolMax}; give a whole number of at least 1`)
  if (!Number.isInteger(writers) || writers < 1 || writers > poolMax)
    misuse(`writers (BANYAN_POSTGRES_WRITERS) is ${writers}; give a whole number from 1 to poolMax, ${poolMax}`)
  return { poolMax, writers }
}
