import type { TimerDefinition } from 'banyan'
import { timer } from '../define.ts'
import { drivePayment } from '../drive-payment.ts'

/** How often attempts that nobody works on are looked for. */
const SWEEP_MS = 10_000
/** An attempt that was last sent so long ago is not on anybody's mind any more: longer than one may take. */
const FORSAKEN_MS = 20_000
/** Payments taken up in one sweep. */
const BATCH_MAX = 100

/** Id of the one sweeping timer. */
export const RESOLVE_ATTEMPTS = 'resolve-attempts'

/** Finds out what became of one payment's open attempt, and gives back what a closed payment still holds. */
export const settlePayment = timer('settle-payment', async ({ orderId }: { orderId: string }, context) =>
  drivePayment(context, orderId, 'settle', async () => undefined),
)

/** Takes up attempts whose sender died or gave up, then sets itself again. */
export const resolveAttempts: TimerDefinition<object> = timer('resolve-attempts', async (_data: object, { transaction, now }) =>
  transaction(async (tx) => {
    const at = now()
    for (const orderId of await tx.attempts.forsaken({ before: at - FORSAKEN_MS, after: at + FORSAKEN_MS, limit: BATCH_MAX }))
      await tx.schedule(settlePayment, { id: `settle-payment:${orderId}`, afterMs: 0, data: { orderId } })
    await tx.schedule(resolveAttempts, { id: RESOLVE_ATTEMPTS, afterMs: SWEEP_MS, data: {} })
  }),
)
