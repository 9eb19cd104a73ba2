import { command, contract, query, type Static, Text, Type } from 'banyan'
import { Sku } from '@shop/catalog/contract'

/** Why a product is recommended. */
export const REASONS = ['bought_together', 'trending', 'newest'] as const
/** Products of one answer at most. */
export const RECOMMENDATIONS_MAX = 50
/** Lists that are answered at once: each may look at a thousand pairs, and whoever asks for many is not to hold what all others need. */
export const LISTS_MAX = 100

/** One recommended product. Scores order items of one answer; they mean nothing across answers. */
export const Recommendation = Type.Object({
  sku: Sku,
  productId: Type.String(),
  slug: Type.String(),
  title: Type.String(),
  reason: Type.Enum([...REASONS]),
  score: Type.Number(),
})
export type Recommendation = Static<typeof Recommendation>

/** Recommendations: what is bought together, what is popular, what is new. */
export const recommendations = contract('recommendations', {
  schemas: { Recommendation },
  operations: {
    list: query('GET /api/recommendations', {
      summary: 'Products that go with a product, a cart or what a user bought; popular ones where nothing is known',
      input: Type.Object({
        sku: Type.Optional(Sku),
        /** Skus separated by commas; they are not recommended again. */
        cart: Type.Optional(Text.token({ min: 0, max: 2_000, pattern: '^[A-Za-z0-9._, -]*$' })),
        /** Default: the signed-in user. Somebody else's id is refused. */
        userId: Type.Optional(Text.subject()),
        limit: Type.Optional(Type.Integer({ minimum: 1, maximum: RECOMMENDATIONS_MAX })),
      }),
      output: Type.Object({ items: Type.Array(Recommendation), nextCursor: Type.Null() }),
      access: 'public',
      concurrencyMax: LISTS_MAX,
    }),
    recordInteraction: command('POST /api/interactions', {
      summary: 'Counts that the signed-in user looked at a product or put it into the cart',
      input: Type.Object({ sku: Sku, kind: Type.Enum(['view', 'cart']) }),
      output: Type.Object({ accepted: Type.Boolean() }),
      access: 'user',
      status: 202,
      idempotency: 'none',
    }),
  },
})
