import type { BanyanError } from 'banyan/kernel'
import type { StoreFactory } from 'banyan/store'
import type { Settings } from './settings.ts'

/** How stores are opened. */
export interface OpenStoresOptions {
  /** Called once when a disk failed in the middle of a write. */
  readonly onFatal?: (error: BanyanError) => void
  /** Changes nothing: for tools that look at the data of a stopped platform. Default false. */
  readonly readOnly?: boolean
}

/** Opens the adapter that the settings name; PostgreSQL is loaded only when it is used. */
export async function openStores(settings: Settings, { onFatal, readOnly = false }: OpenStoresOptions): Promise<StoreFactory> {
  if (settings.store === 'postgres') {
    const { postgresStores } = await import('@banyan/postgres')
    return postgresStores({
      url: settings.postgresUrl as string,
      ...(settings.schemaPrefix ? { schemaPrefix: settings.schemaPrefix } : {}),
    })
  }
  const { sqliteStores } = await import('banyan/store/sqlite')
  return sqliteStores({ directory: settings.directory, readOnly, ...(onFatal ? { onFatal } : {}) })
}
