import { audit } from '../define.ts'

/** With which book of the fake provider the payments were made. */
export const auditBook = audit('book', async (_input, { books }) => ({ id: (await books.idOf('fake')) ?? null }))

/** What the ledger says of itself and of the payments. */
export const auditLedger = audit('ledger', async (_input, { audit }) => ({
  unbalanced: await audit.unbalanced(),
  mismatches: await audit.mismatches(),
  totals: await audit.totals(),
}))

/** What the providers owe. */
export const auditTotals = audit('totals', (_input, { audit }) => audit.totals())

/** What is paid, and was tried, for a range of orders. */
export const auditPayments = audit('payments', async (range, { audit }) => ({
  payments: await audit.payments(range),
  attempts: await audit.attempts(range),
}))
