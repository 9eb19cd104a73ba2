import type { BanyanError } from 'banyan/kernel'
import type { Platform } from 'banyan/host'
import type { StoreFactory } from 'banyan/store'
import type { Settings } from './settings.ts'

/** How stores are opened. */
export interface OpenStoresOptions {
  /** The platform whose stores they are; it is loaded meanwhile. */
  readonly platform: Promise<Platform>
  /** Called once when a disk failed in the middle of a write. */
  readonly onFatal?: (error: BanyanError) => void
  /** Changes nothing: for tools that look at the data of a stopped platform. Default false. */
  readonly readOnly?: boolean
}

/** Opens the adapter that the settings name; PostgreSQL is loaded only when it is used. */
export async function openStores(settings: Settings, { platform, onFatal, readOnly = false }: OpenStoresOptions): Promise<StoreFactory> {
  if (settings.store === 'postgres') {
    const { postgresStores } = await import('@banyan/postgres')
    const { poolMax, writers } = settings
    return postgresStores({
      ...(await platform).storeSizes,
      ...(poolMax === undefined ? {} : { poolMax }),
      ...(writers === undefined ? {} : { writers }),
      url: settings.postgresUrl as string,
      ...(settings.schemaPrefix ? { schemaPrefix: settings.schemaPrefix } : {}),
    })
  }
  const { sqliteStores } = await import('banyan/store/sqlite')
  return sqliteStores({ directory: settings.directory, readOnly, ...(onFatal ? { onFatal } : {}) })
}
