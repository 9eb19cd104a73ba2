import type { BanyanError } from 'banyan/kernel'
import type { ChosenStores, Platform } from 'banyan/host'
import type { StoreFactory } from 'banyan/store'
import { type StoreKind, storeKindOf } from './service-stores.ts'
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

/** Opens the adapters that the settings name, each once; those that none names are not loaded. */
export async function openStores(settings: Settings, options: OpenStoresOptions): Promise<ChosenStores> {
  const opened = new Map<StoreKind, Promise<StoreFactory>>()
  const storesOf = (kind: StoreKind): Promise<StoreFactory> => {
    const stores = opened.get(kind) ?? openKind(kind, settings, options)
    opened.set(kind, stores)
    return stores
  }
  const byDefault = await storesOf(settings.store)
  if (settings.storeKinds.size === 0) return byDefault
  const of: Record<string, StoreFactory> = {}
  for (const { name } of (await options.platform).services) {
    const kind = storeKindOf(settings.storeKinds, name)
    if (kind !== undefined) of[name] = await storesOf(kind)
  }
  return { byDefault, of }
}

function openKind(kind: StoreKind, settings: Settings, options: OpenStoresOptions): Promise<StoreFactory> {
  switch (kind) {
    case 'postgres':
      return openPostgres(settings, options)
    case 'memory':
      return openMemory()
    case 'sqlite':
      return openSqlite(settings, options)
  }
}

async function openPostgres(
  { poolMax, writers, postgresUrl, schemaPrefix }: Settings,
  { platform }: OpenStoresOptions,
): Promise<StoreFactory> {
  const { postgresStores } = await import('@banyan/postgres')
  return postgresStores({
    ...(await platform).storeSizes,
    ...(poolMax === undefined ? {} : { poolMax }),
    ...(writers === undefined ? {} : { writers }),
    url: postgresUrl as string,
    ...(schemaPrefix ? { schemaPrefix } : {}),
  })
}

async function openSqlite({ directory }: Settings, { onFatal, readOnly = false }: OpenStoresOptions): Promise<StoreFactory> {
  const { sqliteStores } = await import('banyan/store/sqlite')
  return sqliteStores({ directory, readOnly, ...(onFatal ? { onFatal } : {}) })
}

/** The settings were refused unless loss is allowed. */
async function openMemory(): Promise<StoreFactory> {
  const { memoryStores } = await import('banyan/store/memory')
  return memoryStores({ allowLoss: true })
}
