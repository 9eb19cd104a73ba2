import type { TimerDefinition } from 'banyan'
import { type OrdersTransaction, timer } from '../define.ts'
import { giveUpOrder } from '../sagas/give-up-order.ts'
import { reject } from '../sagas/place-order.ts'

/** Overdue orders taken up in one sweep. */
const BATCH_MAX = 100
/** How much longer than its deadline an orchestrated order may take to roll back before it is given up from outside. */
const ROLLBACK_GRACE_MS = 60_000
/** Why an overdue order is rejected. */
const REASON = 'deadline'

/** Id of the one sweeping timer; a timer per order would cost each order two more rows. The deadline itself is durable with the order. */
export const EXPIRE_ORDERS = 'expire-orders'

/** Ends orders that stayed pending beyond their deadline, then sets itself again. */
export const expireOrders: TimerDefinition<object> = timer('expire-orders', async (_data: object, { transaction, now, resources }) =>
  transaction(async (tx) => {
    const at = now()
    const overdue = await tx.orders.overdue(at - resources.deadlineMs, BATCH_MAX)
    for (const { id, flow, placedAt } of overdue) {
      if (flow === 'choreography') await reject(tx, id, { code: REASON, message: '' }, at)
      else await rollBackOrGiveUp(tx, id, at - placedAt > resources.deadlineMs + ROLLBACK_GRACE_MS)
    }
    await tx.schedule(expireOrders, { id: EXPIRE_ORDERS, at: at + resources.sweepMs, data: {} })
  }),
)

async function rollBackOrGiveUp(tx: OrdersTransaction, orderId: string, isLongOverdue: boolean): Promise<void> {
  if (await tx.requestRollback(orderId, REASON)) return
  if (isLongOverdue) await tx.start(giveUpOrder, { id: `give-up:${orderId}`, input: { orderId, reason: REASON } })
}
