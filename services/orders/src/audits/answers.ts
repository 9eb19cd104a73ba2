import { audit } from '../define.ts'

/** What orders knows of each order, page by page. */
export const auditOrders = audit('orders', ({ after, limit }, { audit }) => audit.orders(after, limit))

/** Whether an order has changed since its page was read. */
export const auditVersion = audit('version', async ({ orderId }, { audit }) => ({ version: (await audit.version(orderId)) ?? null }))

/** What the numbers of orders and their sagas say. */
export const auditBooks = audit('books', async (_input, { audit }) => ({
  numbers: await audit.numbers(),
  sagas: await audit.sagaProblems(),
}))
