import { BanyanError } from 'banyan'
import { orderKey } from '../change-order.ts'
import { operation } from '../define.ts'
import { allowedStatuses, statusAfter } from '../domain/order.ts'
import { requestCancellation } from '../request-cancellation.ts'
import { keptOrder, toOrder } from './to-order.ts'

/** Reason of a cancellation for which nobody gave one. */
const BY_CUSTOMER = 'cancelled_by_customer'

/** Begins the cancellation of an order; with `waitMs` answers once it is settled. */
export const cancel = operation(
  'cancel',
  async ({ id, reason = BY_CUSTOMER }, { transaction, fail, permit, now }) =>
    transaction(async (tx) => {
      const order = await tx.orders.find(id)
      permit(order?.userId, 'support', 'admin')
      if (!order) throw new BanyanError('not_found', `there is no order ${id}`)
      if (order.status === 'cancelling') return toOrder(order)
      if (!statusAfter(order, 'request_cancel'))
        return fail('illegal_transition', { from: order.status, to: 'cancelling', allowed: allowedStatuses(order.status) })
      return toOrder(await requestCancellation(tx, order, reason, now()))
    }),
  {
    async answer(kept, { until, waitMs }) {
      const order = keptOrder(kept)
      if (waitMs === 0) return order
      const settled = await until(orderKey(order.id), waitMs, (tx) => tx.orders.findSettled(order.id))
      return settled ? toOrder(settled) : order
    },
  },
)
