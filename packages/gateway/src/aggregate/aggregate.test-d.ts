// Compile-time promises of `aggregate`: the compiler is the test (`tsc --noEmit`).
import { contract, query, Type } from 'banyan'
import { type AggregateAnswer, aggregate } from './aggregate.ts'

const orders = contract('orders', {
  operations: {
    list: query('GET /api/orders', {
      input: Type.Object({ limit: Type.Optional(Type.Integer()) }),
      output: Type.Object({ items: Type.Array(Type.String()) }),
      access: 'user',
    }),
  },
})
const users = contract('users', {
  operations: {
    get: query('GET /api/users/:id', {
      input: Type.Object({ id: Type.String() }),
      output: Type.Object({ name: Type.String() }),
      access: 'user',
    }),
  },
})

const dashboard = aggregate('GET /api/dashboard', {
  access: 'user',
  summary: 'What a user sees first',
  uses: [orders, users],
  input: Type.Object({ limit: Type.Optional(Type.Integer()) }),
  parts: ({ required, optional, withFallback }) => ({
    orders: required(({ call, input }) => call.orders.list({ limit: input.limit ?? 5 })),
    profile: withFallback(({ call, principal }) => call.users.get({ id: principal.subject }), { name: '' }),
    score: optional(async ({ remainingMs }) => remainingMs()),
  }),
})

declare const answer: AggregateAnswer<typeof dashboard>
const items: string[] = answer.sections.orders.data.items
const name: string = answer.sections.profile.data.name
// @ts-expect-error an optional part may have failed
void answer.sections.score.data
if (answer.sections.score.status === 'ok') {
  const score: number = answer.sections.score.data
  void score
}
// @ts-expect-error no such part
void answer.sections.payments
// @ts-expect-error a required part is ok, or there is no answer
if (answer.sections.orders.status === 'error') void 0

aggregate('GET /api/a', {
  access: 'user',
  summary: '',
  uses: [orders],
  parts: ({ required, withFallback }) => ({
    // @ts-expect-error only what it uses has a client
    users: required(({ call }) => call.users.get({ id: '' })),
    // @ts-expect-error inputs are typed
    orders: required(({ call }) => call.orders.list({ limit: 'many' })),
    // @ts-expect-error the fallback has the type of the data
    more: withFallback(({ call }) => call.orders.list({}), { items: [1] }),
    // @ts-expect-error there is no input unless it is declared
    none: required(async ({ input }) => input.limit),
  }),
})
// @ts-expect-error an aggregate reads
aggregate('POST /api/a', { access: 'user', summary: '', uses: [], parts: ({ required }) => ({ a: required(async () => 1) }) })
// @ts-expect-error access must be said
aggregate('GET /api/a', { summary: '', uses: [], parts: ({ required }) => ({ a: required(async () => 1) }) })

void items
void name
