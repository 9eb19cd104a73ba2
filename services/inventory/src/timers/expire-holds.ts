import type { TimerDefinition } from 'banyan'
import { timer } from '../define.ts'
import { endHold } from '../holds.ts'

/** Holds ended in one transaction; more of them wait for the next turn, which comes at once. */
const BATCH_MAX = 100

/** Id of the one timer that looks through the holds; a timer per order would cost each order two more rows. */
export const EXPIRE_HOLDS = 'expire-holds'

/** Ends holds whose time is up, then sets itself again. */
export const expireHolds: TimerDefinition<object> = timer('expire-holds', async (_data: object, { transaction, now, id, resources }) =>
  transaction(async (tx) => {
    const at = now()
    const orderIds = await tx.reservations.expired(at, BATCH_MAX)
    for (const orderId of orderIds) await endHold(tx, { orderId, move: 'expire', reason: 'hold_ran_out', now: at, newId: id(), flow: '' })
    await tx.schedule(expireHolds, { id: EXPIRE_HOLDS, afterMs: orderIds.length === BATCH_MAX ? 0 : resources.sweepMs, data: {} })
  }),
)
