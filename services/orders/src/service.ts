import { service } from 'banyan'
import { auditBooks, auditOrders, auditVersion } from './audits/answers.ts'
import { definition } from './define.ts'
import { cancel } from './operations/cancel.ts'
import { erasePersonalData } from './operations/erase-personal-data.ts'
import { get } from './operations/get.ts'
import { list } from './operations/list.ts'
import { place } from './operations/place.ts'
import { orderView } from './projections/order-view.ts'
import { cancelOrder } from './sagas/cancel-order.ts'
import { giveUpOrder } from './sagas/give-up-order.ts'
import { placeOrder } from './sagas/place-order.ts'
import { confirmOnAuthorized, rejectOnPaymentFailure, settleOnCompleted } from './subscriptions/follow-payment.ts'
import { eraseOnUserErased } from './subscriptions/erase-on-user-erased.ts'
import { rejectOnStockFailure } from './subscriptions/reject-on-stock-failure.ts'
import { oldNotes } from './store/old-notes.ts'
import { erasePerson } from './timers/erase-person.ts'
import { EXPIRE_ORDERS, expireOrders } from './timers/expire-orders.ts'

/** Orders: from the first click to the last state, by a saga or by events. */
export const ordersService = service(definition, {
  operations: [place, get, list, cancel, erasePersonalData],
  audits: [auditOrders, auditVersion, auditBooks],
  retention: { rules: [oldNotes] },
  on: [rejectOnStockFailure, confirmOnAuthorized, settleOnCompleted, rejectOnPaymentFailure, eraseOnUserErased],
  sagas: [placeOrder, cancelOrder, giveUpOrder],
  projections: [orderView],
  timers: [expireOrders, erasePerson],
  prepare: async ({ transaction }) => {
    await transaction((tx) => tx.schedule(expireOrders, { id: EXPIRE_ORDERS, afterMs: 0, data: {} }))
  },
})
