import { operation } from '../define.ts'
import { newShipment } from '../shipments.ts'

/** Keeps where an order goes; an event says when. */
export const prepare = operation('prepare', async ({ address, ...consignment }, { transaction, id, now }) => {
  const shipment = newShipment(consignment, { id: id(), at: now(), flow: 'choreography' })
  return transaction(async (tx) => {
    if (await tx.shipments.insert(shipment)) {
      tx.shipments.insertDestination(shipment.orderId, address)
      return { shipmentId: shipment.id }
    }
    return { shipmentId: (await tx.shipments.find(shipment.orderId))?.id ?? shipment.id }
  })
})
