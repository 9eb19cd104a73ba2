import { operation } from '../define.ts'
import { HEAT_WEIGHTS } from '../domain/heat.ts'
import { userHash } from '../user-hash.ts'

const DAY_MS = 24 * 60 * 60_000

/** Counts an interaction; each kind once a day and user, so that nobody can make a product popular alone. */
export const recordInteraction = operation('recordInteraction', async ({ sku, kind }, { transaction, principal, now }) =>
  transaction(async (tx) => {
    if (!(await tx.offered.isOffered(sku))) return { accepted: false }
    const interaction = { userHash: userHash(principal.subject), sku, kind, day: Math.floor(now() / DAY_MS) }
    const accepted = await tx.behaviour.addInteraction(interaction)
    if (accepted) await tx.behaviour.addPopularity(sku, 0, HEAT_WEIGHTS[kind], now())
    return { accepted }
  }),
)
