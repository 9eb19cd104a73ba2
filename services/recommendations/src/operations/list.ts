import { operation } from '../define.ts'
import { selectRecommendations } from '../domain/select.ts'
import { userHash } from '../user-hash.ts'

/** Products of an answer where the caller names no number: one row of a shop page. */
const PAGE_SIZE = 6
/** Skus that an answer is based on: more do not make it better, only slower. */
const SEEDS_MAX = 20
/** Candidates looked at for each place of the answer; some fall out as excluded or as variants of one product. */
const CANDIDATES_PER_PLACE = 5

/**
 * Recommends: first what was bought together with the product, the cart or, where neither is given, the user's last purchases;
 * then what sells, then what is new. Nobody can ask for somebody else's.
 */
export const list = operation('list', async ({ sku, cart, userId, limit = PAGE_SIZE }, { read, principal, permit, now }) => {
  if (userId !== undefined) permit(userId)
  const asked = [...new Set([...(sku === undefined ? [] : [sku]), ...skusOf(cart)])].slice(0, SEEDS_MAX)
  const user = userId ?? (principal.kind === 'user' ? principal.subject : undefined)
  const items = await read(async (tx) => {
    const seeds = asked.length > 0 || user === undefined ? asked : await tx.behaviour.lastBought(userHash(user), SEEDS_MAX)
    const candidatesMax = (limit + seeds.length) * CANDIDATES_PER_PLACE
    const excludedProducts = await tx.offered.productsOf(seeds)
    const together = await tx.candidates.boughtTogether(seeds, candidatesMax)
    const rest = [...(await tx.candidates.trending(candidatesMax, now())), ...(await tx.candidates.newest(candidatesMax))]
    return selectRecommendations([...together, ...rest], { limit, excludedProducts })
  })
  return { items, nextCursor: null }
})

function skusOf(cart: string | undefined): string[] {
  return (cart ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)
}
