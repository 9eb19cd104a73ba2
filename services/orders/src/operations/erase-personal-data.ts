import { BanyanError } from 'banyan'
import { operation } from '../define.ts'
import { CARE } from '../staff.ts'

/** Erases what is personal in an order, here at once and elsewhere by an event. What the books need stays: items, amounts, ids. */
export const erasePersonalData = operation('erasePersonalData', async ({ id }, { transaction, fail, permit }) =>
  transaction(async (tx) => {
    const order = await tx.orders.find(id)
    permit(order?.userId, ...CARE)
    if (!order) throw new BanyanError('not_found', `there is no order ${id}`)
    if (!order.settled) return fail('order_open', { status: order.status })
    await tx.orders.erase(id)
    tx.emit('order.personal_data.erased', { orderId: id })
    return { orderId: id }
  }),
)
