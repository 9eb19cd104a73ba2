import { saga } from '../define.ts'
import { EndOfOrder } from './cancel-order.ts'
import { reject } from './place-order.ts'

/**
 * Ends an order whose own saga ended without ending it, e.g. because its time was up before its first step began.
 * The tombstones refuse whatever might still come.
 */
export const giveUpOrder = saga(
  'give-up-order',
  async (s, { orderId, reason }) => {
    await s.commit()
    await s.step('return-money', { action: ({ call }) => call.payments.cancel({ orderId, reason }).then(() => null), skipped: () => null })
    await s.step('release-stock', {
      action: ({ call }) => call.inventory.release({ orderId, reason }).then(() => null),
      skipped: () => null,
    })
    await s.step('reject', {
      local: true,
      action: async ({ transaction, now }) => transaction((tx) => reject(tx, orderId, { code: reason, message: '' }, now())),
      skipped: () => null,
    })
  },
  { input: EndOfOrder },
)
