import type { Transaction, RepositoryOf } from 'banyan'
import type { inventory } from './contract.ts'
import type { inventoryStore } from './store/inventory-store.ts'

/** A transaction of inventory. */
export type InventoryTransaction = Transaction<typeof inventory, RepositoryOf<typeof inventoryStore>>
