import { audit } from '../define.ts'

/** What stock, movements and holds say of each other. */
export const auditStock = audit('stock', async ({ overdueBefore }, { audit }) => ({
  mismatches: await audit.mismatches(),
  strays: await audit.strays(),
  overdue: await audit.overdue(overdueBefore),
}))

/** What is reserved for a range of orders. */
export const auditReservations = audit('reservations', (range, { audit }) => audit.reservations(range))
