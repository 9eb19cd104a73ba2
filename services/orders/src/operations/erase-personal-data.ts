import { BanyanError } from 'banyan'
import { operation } from '../define.ts'
import { eraseOrder } from '../erase-order.ts'
import { CARE } from '../staff.ts'

/** Erases what is personal in a settled order, for its owner and for staff. */
export const erasePersonalData = operation('erasePersonalData', async ({ id }, { transaction, fail, permit }) =>
  transaction(async (tx) => {
    const order = await tx.orders.find(id)
    permit(order?.userId, ...CARE)
    if (!order) throw new BanyanError('not_found', `there is no order ${id}`)
    if (!order.settled) return fail('order_open', { status: order.status })
    await eraseOrder(tx, id)
    return { orderId: id }
  }),
)
