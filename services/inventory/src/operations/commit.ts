import { operation } from '../define.ts'
import { commitHold } from '../holds.ts'
import { toReservation } from './answers.ts'

/** Makes the hold of an order final. */
export const commit = operation('commit', async ({ orderId }, { transaction, fail }) =>
  transaction(async (tx) => {
    const outcome = await commitHold(tx, orderId)
    if (outcome?.kind !== 'committed') return fail('reservation_closed', { orderId, status: outcome?.reservation.status ?? 'released' })
    return toReservation(outcome.reservation)
  }),
)
