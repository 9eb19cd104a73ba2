import { choreographed } from '@shop/orders/contract'
import { on } from '../define.ts'
import { endHold } from '../holds.ts'

/** Choreography: gives back what a rejected order holds. */
export const releaseOnRejected = on(
  'order.rejected',
  async ({ data: { orderId, reason, flow } }, { transaction, id, now }) => {
    const newId = id()
    await transaction((tx) => endHold(tx, { orderId, move: 'release', reason, now: now(), newId, flow }))
  },
  choreographed,
)
