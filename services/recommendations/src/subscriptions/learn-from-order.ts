import { on } from '../define.ts'
import { HEAT_WEIGHTS } from '../domain/heat.ts'
import { distinctSkus, pairsOf } from '../domain/pairs.ts'
import { userHash } from '../user-hash.ts'

/** Learns from a confirmed order: what was bought, by whom, and what together. An order counts once, however often it is told. */
export const learnFromOrder = on('order.confirmed', async ({ data, time }, { transaction }) =>
  transaction(async (tx) => {
    const skus = distinctSkus(data.lines)
    for (const sku of skus) {
      const purchase = { orderId: data.orderId, sku, userHash: userHash(data.userId), boughtAt: time }
      if (!(await tx.behaviour.addPurchase(purchase))) return
      await tx.behaviour.addPopularity(sku, 1, HEAT_WEIGHTS.buy, time)
    }
    for (const [one, other] of pairsOf(skus)) tx.behaviour.countPair(one, other)
  }),
)
