import { catalog } from '@shop/catalog/contract'
import { orders } from '@shop/orders/contract'
import { users } from '@shop/users/contract'
import { define } from 'banyan'
import { recommendations } from './contract.ts'
import { recommendationsStore } from './store/recommendations-store.ts'

/** What the handlers of recommendations may reach: its own tables; it calls nobody and learns from what others tell. */
export const { operation, on, definition } = define(recommendations, { listens: [catalog, orders, users], store: recommendationsStore })
