import { catalog } from '@shop/catalog/contract'
import { orders } from '@shop/orders/contract'
import { define, type RepositoryOf, type Transaction } from 'banyan'
import { inventory } from './contract.ts'
import { inventorySettings } from './settings.ts'
import { inventoryStore } from './store/inventory-store.ts'

/** What handlers of inventory may reach. */
export const { operation, audit, on, timer, definition } = define(inventory, {
  listens: [catalog, orders],
  store: inventoryStore,
  resources: async ({ environment }) => inventorySettings(environment),
})

/** A transaction of inventory. */
export type InventoryTransaction = Transaction<typeof inventory, RepositoryOf<typeof inventoryStore>>
