import { choreographed } from '@shop/orders/contract'
import { on } from '../define.ts'
import { hold } from '../holds.ts'

/** Choreography: holds the lines of a new order and says whether that worked. */
export const reserveOnCreated = on(
  'order.created',
  async ({ data: { orderId, lines, flow } }, { transaction, id, now, resources }) => {
    const reservationId = id()
    await transaction(async (tx) => {
      const at = now()
      const outcome = await hold(tx, { reservationId, orderId, lines, flow, now: at, expiresAt: at + resources.holdTtlMs })
      if (outcome.kind === 'held') return
      tx.emit('inventory.reservation.failed', {
        orderId,
        reason: outcome.kind === 'short' ? 'insufficient_stock' : outcome.kind === 'unknown' ? 'unknown_sku' : 'reservation_closed',
        lines: outcome.kind === 'short' ? outcome.lines : [],
        flow,
      })
    })
  },
  choreographed,
)
