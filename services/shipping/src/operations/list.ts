import { operation } from '../define.ts'
import { STAFF } from '../staff.ts'
import { toShipment } from './to-shipment.ts'

/** Shipments of an order; for its owner and staff. */
export const list = operation('list', async ({ orderId }, { read, permit }) => {
  const shipment = await read((tx) => tx.shipments.find(orderId))
  permit(shipment?.userId, ...STAFF)
  return { items: shipment ? [toShipment(shipment)] : [], nextCursor: null }
})
