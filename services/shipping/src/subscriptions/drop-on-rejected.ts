import { choreographed } from '@shop/orders/contract'
import { on } from '../define.ts'

/** Choreography: a rejected order is not shipped. */
export const dropOnRejected = on(
  'order.rejected',
  async ({ data: { orderId } }, { transaction, now }) => {
    await transaction(async (tx) => {
      const shipment = await tx.shipments.find(orderId)
      if (shipment?.status === 'pending')
        await tx.shipments.save({ ...shipment, status: 'cancelled', version: shipment.version + 1 }, now())
    })
  },
  choreographed,
)
