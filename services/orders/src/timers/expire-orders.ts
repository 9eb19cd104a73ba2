import type { TimerDefinition } from 'banyan'
import { type OrdersTransaction, timer } from '../define.ts'
import { giveUpOrder } from '../sagas/give-up-order.ts'
import { cancelOrder, cancellationId } from '../sagas/cancel-order.ts'
import { reject } from '../sagas/place-order.ts'
import { endedWithinMs } from '../settings.ts'
import { startAnew } from '../start-anew.ts'

/** Overdue orders taken up in one sweep. */
const BATCH_MAX = 100
/** Why an overdue order is rejected. */
const REASON = 'deadline' as const

/** Id of the one sweeping timer; a timer per order would cost each order two more rows. The deadline itself is durable with the order. */
export const EXPIRE_ORDERS = 'expire-orders'

/**
 * Ends orders that stayed pending beyond their deadline, takes up cancellations whose saga ended before the order did (a person may have skipped
 * its last steps), then sets itself again.
 */
export const expireOrders: TimerDefinition<object> = timer('expire-orders', async (_data: object, { transaction, now, resources }) =>
  transaction(async (tx) => {
    const at = now()
    const lostAfterMs = endedWithinMs(resources)
    const overdue = await tx.orders.overdue(at - resources.deadlineMs, BATCH_MAX)
    for (const { id, version, reason } of await tx.orders.longCancelling(at - lostAfterMs, BATCH_MAX))
      await startAnew(tx, cancelOrder, {
        id: cancellationId(id, version),
        input: ({ isAnyCompleted }) => ({ orderId: id, reason, isParcelBack: isAnyCompleted }),
      })
    for (const { id, flow, placedAt } of overdue) {
      if (flow === 'choreography') await reject(tx, id, { code: REASON, message: '' }, at)
      else await rollBackOrGiveUp(tx, id, at - placedAt > lostAfterMs)
    }
    await tx.schedule(expireOrders, { id: EXPIRE_ORDERS, afterMs: resources.sweepMs, data: {} })
  }),
)

async function rollBackOrGiveUp(tx: OrdersTransaction, orderId: string, isLongOverdue: boolean): Promise<void> {
  if (await tx.requestRollback(orderId, REASON)) return
  if (isLongOverdue) await startAnew(tx, giveUpOrder, { id: `give-up:${orderId}`, input: () => ({ orderId, reason: REASON }) })
}
