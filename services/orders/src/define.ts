import { catalog } from '@shop/catalog/contract'
import { inventory } from '@shop/inventory/contract'
import { payments } from '@shop/payments/contract'
import { shipping } from '@shop/shipping/contract'
import { users } from '@shop/users/contract'
import { define, type Transaction, type RepositoryOf } from 'banyan'
import { orders } from './contract.ts'
import { orderSettings } from './settings.ts'
import { ordersStore } from './store/orders-store.ts'

/** What handlers of orders may reach. */
export const { operation, audit, on, saga, timer, projection, definition } = define(orders, {
  uses: [catalog, inventory, payments, shipping],
  listens: [users],
  store: ordersStore,
  resources: async ({ environment }) => orderSettings(environment),
})

/** A transaction of orders. */
export type OrdersTransaction = Transaction<typeof orders, RepositoryOf<typeof ordersStore>>
