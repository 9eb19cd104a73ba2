import { operation } from '../define.ts'
import { atMain, endHold } from '../holds.ts'

/** Gives back what an order holds. */
export const release = operation('release', async ({ orderId, reason }, { transaction, id, now }) => {
  const newId = id()
  return transaction(async (tx) => {
    const lines = await endHold(tx, { orderId, move: 'release', reason, now: now(), newId, flow: 'orchestration' })
    return { orderId, releasedLines: lines.map(atMain) }
  })
})
