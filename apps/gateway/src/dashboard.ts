import { aggregate } from '@banyan/gateway'
import { orders } from '@shop/orders/contract'
import { recommendations } from '@shop/recommendations/contract'
import { type User, users } from '@shop/users/contract'

/** Orders and recommendations that a first page shows. */
const ITEMS = 6

/** What a user sees first: their last orders, what could go with them, and who they are. Only the orders must be there. */
export const dashboard = aggregate('GET /api/dashboard', {
  summary: 'The last orders, recommendations and the profile of the signed-in user',
  access: 'user',
  uses: [orders, recommendations, users],
  parts: ({ required, optional, withFallback }) => ({
    orders: required(({ call, principal }) => call.orders.list({ userId: principal.subject, limit: ITEMS }), {
      schema: orders.operations.list.output,
    }),
    recommendations: optional(({ call }) => call.recommendations.list({ limit: ITEMS }), {
      schema: recommendations.operations.list.output,
    }),
    profile: withFallback<User | null>(({ call }) => call.users.me({}), null, { schema: users.operations.me.output }),
  }),
})
