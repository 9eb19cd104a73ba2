import { BanyanError } from 'banyan'
import { orderKey } from '../change-order.ts'
import { operation } from '../define.ts'
import { cancelledFor } from '../domain/cancellation-reason.ts'
import { allowedStatuses, statusAfter } from '../domain/order.ts'
import { requestCancellation } from '../request-cancellation.ts'
import { CARE } from '../staff.ts'
import { keptOrder, toOrder } from './to-order.ts'

/** Begins the cancellation of an order; with `waitMs` answers once it is settled. Nothing is written about an erased order. */
export const cancel = operation(
  'cancel',
  async ({ id, ...given }, { transaction, fail, permit, now, principal }) =>
    transaction(async (tx) => {
      const order = await tx.orders.find(id)
      permit(order?.userId, ...CARE)
      if (!order) throw new BanyanError('not_found', `there is no order ${id}`)
      if (order.status === 'cancelling') return toOrder(order)
      if (!statusAfter(order, 'request_cancel'))
        return fail('illegal_transition', { from: order.status, to: 'cancelling', allowed: allowedStatuses(order.status) })
      const { reason, note } = cancelledFor(given, order.userId === principal.subject ? 'cancelled_by_customer' : 'cancelled_by_staff')
      const at = now()
      if (note !== undefined) {
        if (await tx.orders.isErased(id)) return fail('order_erased', {})
        tx.orders.note(id, note, at)
      }
      return toOrder(await requestCancellation(tx, order, reason, at))
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
