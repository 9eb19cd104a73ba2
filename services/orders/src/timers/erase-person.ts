import type { TimerDefinition } from 'banyan'
import { ACCESS_TOKEN_SECONDS } from '@shop/users/contract'
import { timer } from '../define.ts'
import { eraseOrder } from '../erase-order.ts'

/** Orders erased in one transaction. */
const BATCH_MAX = 100
/** How often orders under way are looked at again. */
const AGAIN_MS = 5_000
/** How long a person may still order after the erasure was asked for: as long as an access token is good, if its end was not heard of. */
const LATE_ORDERS_MS = (ACCESS_TOKEN_SECONDS + 60) * 1_000

/** Whose orders are to be erased. */
export interface PersonErasure {
  readonly userId: string
  /** Epoch milliseconds. */
  readonly askedAt: number
}

/** Erases what is personal in all orders of a person, each once it is settled, and sets itself again until none is left or can come. */
export const erasePerson: TimerDefinition<PersonErasure> = timer('erase-person', async (erasure: PersonErasure, { transaction, now }) =>
  transaction(async (tx) => {
    const { userId, askedAt } = erasure
    const orderIds = await tx.persons.settledOrders(userId, BATCH_MAX)
    for (const orderId of orderIds) await eraseOrder(tx, orderId)
    const isFull = orderIds.length === BATCH_MAX
    if (!isFull && now() - askedAt > LATE_ORDERS_MS && !(await tx.persons.hasOpenOrder(userId))) return
    await tx.schedule(erasePerson, { id: erasureId(userId), at: now() + (isFull ? 0 : AGAIN_MS), data: erasure })
  }),
)

/** Id of the timer that erases a person. */
export function erasureId(userId: string): string {
  return `erase-person:${userId}`
}
