import { BanyanError, type ResourceOptions } from 'banyan'

/** What the environment decides. */
export interface CatalogSettings {
  /** Whether an empty catalog is filled with demo products at the first start. */
  readonly seed: boolean
}

/**
 * Reads `BANYAN_SEED`: `on` or `off`. Default: on, except where `NODE_ENV` is `production`, so that no real shop offers demo products.
 * Throws `failed_precondition` for anything else.
 */
export async function openSettings({ environment }: Pick<ResourceOptions, 'environment'>): Promise<CatalogSettings> {
  const asked = environment['BANYAN_SEED']
  if (asked && asked !== 'on' && asked !== 'off')
    throw new BanyanError('failed_precondition', `BANYAN_SEED is ${JSON.stringify(asked)}; give "on" or "off", or leave it out`)
  return { seed: asked === 'on' || (asked !== 'off' && environment['NODE_ENV'] !== 'production') }
}
