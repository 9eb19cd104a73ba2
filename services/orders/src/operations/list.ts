import { fromTimestamp } from 'banyan'
import { operation } from '../define.ts'
import { isStaff } from '../staff.ts'
import { isBounded } from '../store/order-list.ts'
import { toOrder } from './to-order.ts'

/** Orders of a page when the caller does not say. */
const PAGE_ORDERS = 20

/** One's own orders, newest first; all orders for staff. */
export const list = operation(
  'list',
  async ({ status, userId, from, to, cursor, limit = PAGE_ORDERS }, { read, readApart, principal, permit }) => {
    const owner = isStaff(principal) ? userId : principal.subject
    if (userId !== undefined && owner !== userId) permit(userId)
    const filter = { userId: owner, status, from: moment(from), to: moment(to), before: cursor, limit: limit + 1 }
    const look = isBounded(filter) ? read : readApart // all of them may have to be looked at
    const orders = await look((tx) => tx.orders.list(filter))
    const items = orders.slice(0, limit)
    return { items: items.map(toOrder), nextCursor: orders.length > limit ? (items.at(-1)?.id ?? null) : null }
  },
  { reads: [] }, // its own rows, which are there as soon as an order is
)

function moment(text: string | undefined): number | undefined {
  return text === undefined ? undefined : fromTimestamp(text)
}
