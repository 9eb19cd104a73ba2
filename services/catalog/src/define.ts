import { define, type HandlerContext, type Transaction } from 'banyan'
import type { EventData } from 'banyan/contract'
import { catalog } from './contract.ts'
import { type CatalogSettings, openSettings } from './settings.ts'
import { type CatalogRepository, catalogStore } from './store/catalog-store.ts'

/** What the handlers of catalog may reach: its own tables, no other service. */
export const { operation, definition } = define(catalog, { store: catalogStore, resources: openSettings })

/** What every handler of catalog gets. */
export type CatalogContext = HandlerContext<typeof catalog, readonly [], CatalogRepository, CatalogSettings>

/** A transaction of catalog. */
export type CatalogTransaction = Transaction<typeof catalog, CatalogRepository>

/** Data of one of catalog's events. */
export type CatalogEvent<T extends keyof typeof catalog.events> = EventData<(typeof catalog.events)[T]>
