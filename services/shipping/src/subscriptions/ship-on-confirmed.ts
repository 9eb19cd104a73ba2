import { BanyanError } from 'banyan'
import { choreographed } from '@shop/orders/contract'
import { on } from '../define.ts'
import { label } from '../shipments.ts'

/** Choreography: gives the prepared shipment of a confirmed order its label. */
export const shipOnConfirmed = on(
  'order.confirmed',
  async ({ data: { orderId } }, { transaction, now }) => {
    await transaction(async (tx) => {
      const shipment = await tx.shipments.find(orderId)
      if (!shipment) throw new BanyanError('failed_precondition', `order ${orderId} is confirmed but has no prepared shipment`)
      await label(tx, shipment, now())
    })
  },
  choreographed,
)
