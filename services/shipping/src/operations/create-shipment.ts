import { operation } from '../define.ts'
import { dispatch, newShipment } from '../shipments.ts'
import { toShipment } from './to-shipment.ts'

/** Creates the shipment of an order with its label; repeating it returns the first. */
export const createShipment = operation('createShipment', async ({ address, ...consignment }, { transaction, fail, id, now }) => {
  const shipment = newShipment(consignment, { id: id(), at: now(), flow: 'orchestration' })
  return transaction(async (tx) => {
    const stands = await dispatch(tx, shipment, address)
    if (stands.status === 'cancelled') return fail('shipment_closed', { orderId: shipment.orderId, status: stands.status })
    return toShipment(stands)
  })
})
