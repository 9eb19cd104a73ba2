import { BanyanError } from 'banyan'
import { choreographed } from '@shop/orders/contract'
import { on } from '../define.ts'
import { drivePayment } from '../drive-payment.ts'

/** Choreography: authorises the prepared payment once the goods are held; the outcome goes out as an event. */
export const authorizeOnReserved = on(
  'inventory.reserved',
  async ({ data: { orderId } }, context) => {
    const payment = await drivePayment(context, orderId, 'authorize', async () => undefined)
    if (!payment) throw new BanyanError('failed_precondition', `order ${orderId} has goods held but no prepared payment`)
  },
  choreographed,
)
