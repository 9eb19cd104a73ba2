import { choreographed } from '@shop/orders/contract'
import { on } from '../define.ts'
import { commitHold } from '../holds.ts'

/** Choreography: makes the hold of a confirmed order final; one that ran out in the meantime is reported. */
export const commitOnConfirmed = on(
  'order.confirmed',
  async ({ data: { orderId, flow } }, { transaction }) => {
    await transaction(async (tx) => {
      const outcome = await commitHold(tx, orderId)
      if (outcome?.kind !== 'committed') tx.emit('inventory.reservation.failed', { orderId, reason: 'reservation_closed', lines: [], flow })
    })
  },
  choreographed,
)
