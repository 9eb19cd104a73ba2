import { operation } from '../define.ts'
import { canBeCancelled } from '../domain/shipment.ts'
import { tombstone } from '../shipments.ts'

/** Calls the shipment of an order back; without one it leaves a tombstone. Refused once the carrier has it. */
export const cancelShipment = operation('cancelShipment', async ({ orderId, reason }, { transaction, fail, id, now }) => {
  const newId = id()
  return transaction(async (tx) => {
    const at = now()
    if (await tx.shipments.insert(tombstone(orderId, { id: newId, at, flow: '' }))) return { orderId, cancelled: false }
    const shipment = await tx.shipments.find(orderId)
    if (!shipment || shipment.status === 'cancelled') return { orderId, cancelled: false }
    if (!canBeCancelled(shipment.status)) return fail('shipment_closed', { orderId, status: shipment.status })
    await tx.shipments.save({ ...shipment, status: 'cancelled', version: shipment.version + 1 }, at)
    if (shipment.status !== 'pending')
      tx.emit('shipment.cancelled', { shipmentId: shipment.id, orderId, trackingNumber: shipment.trackingNumber ?? '', at, reason })
    return { orderId, cancelled: true }
  })
})
