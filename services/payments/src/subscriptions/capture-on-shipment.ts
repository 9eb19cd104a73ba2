import { BanyanError } from 'banyan'
import { choreographed } from '@shop/orders/contract'
import { on } from '../define.ts'
import { drivePayment } from '../drive-payment.ts'

/** Choreography: takes the money once the parcel is on its way. */
export const captureOnShipment = on(
  'shipment.created',
  async ({ data: { orderId } }, context) => {
    const payment = await drivePayment(context, orderId, 'capture', async () => undefined)
    if (!payment) throw new BanyanError('failed_precondition', `order ${orderId} is shipped but has no payment`)
  },
  choreographed,
)
