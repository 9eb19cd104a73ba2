import type { BanyanError } from 'banyan/kernel'
import type { StoreFactory } from 'banyan/store'
import type { Settings } from './settings.ts'

/** Opens the adapter that the settings name; PostgreSQL is loaded only when it is used. */
export async function openStores(settings: Settings, onFatal: (error: BanyanError) => void): Promise<StoreFactory> {
  if (settings.store === 'postgres') {
    const { postgresStores } = await import('@banyan/postgres')
    return postgresStores({ url: settings.postgresUrl as string })
  }
  const { sqliteStores } = await import('banyan/store/sqlite')
  return sqliteStores({ directory: settings.directory, onFatal })
}
