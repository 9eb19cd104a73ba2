import { orders } from '@shop/orders/contract'
import { define, type Transaction, type RepositoryOf } from 'banyan'
import { shipping } from './contract.ts'
import { shippingStore } from './store/shipping-store.ts'

/** What handlers of shipping may reach. */
export const { operation, audit, on, definition } = define(shipping, { listens: [orders], store: shippingStore })

/** A transaction of shipping. */
export type ShippingTransaction = Transaction<typeof shipping, RepositoryOf<typeof shippingStore>>
