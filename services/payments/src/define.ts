import { inventory } from '@shop/inventory/contract'
import { orders } from '@shop/orders/contract'
import { shipping } from '@shop/shipping/contract'
import { define, type HandlerContext, type Transaction, type RepositoryOf } from 'banyan'
import { payments } from './contract.ts'
import { FAKE_PROVIDER_FILE, openPaymentResources, type PaymentResources } from './resources.ts'
import { paymentsStore } from './store/payments-store.ts'

/** What handlers of payments may reach. */
export const { operation, audit, on, timer, definition } = define(payments, {
  listens: [orders, inventory, shipping],
  store: paymentsStore,
  resources: openPaymentResources,
  files: [FAKE_PROVIDER_FILE],
})

type Repository = RepositoryOf<typeof paymentsStore>

/** A transaction of payments. */
export type PaymentsTransaction = Transaction<typeof payments, Repository>

/** What every handler of payments gets. */
export type PaymentsContext = HandlerContext<typeof payments, readonly [], Repository, PaymentResources>
