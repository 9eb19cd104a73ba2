import { operation } from '../define.ts'
import { hold } from '../holds.ts'
import { toReservation } from './answers.ts'

/** Holds all lines of an order or none. */
export const reserve = operation('reserve', async ({ orderId, lines }, { transaction, fail, id, now, resources }) => {
  const reservationId = id()
  return transaction(async (tx) => {
    const at = now()
    const outcome = await hold(tx, { reservationId, orderId, lines, flow: 'orchestration', now: at, expiresAt: at + resources.holdTtlMs })
    switch (outcome.kind) {
      case 'held':
        return toReservation(outcome.reservation)
      case 'closed':
        return fail('reservation_closed', { orderId, status: outcome.reservation.status })
      case 'unknown':
        return fail('unknown_sku', { skus: outcome.skus })
      case 'short':
        return fail('insufficient_stock', { lines: outcome.lines })
    }
  })
})
