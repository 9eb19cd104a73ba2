import { audit } from '../define.ts'

/** What is shipped for a range of orders. */
export const auditShipments = audit('shipments', (range, { audit }) => audit.shipments(range))
