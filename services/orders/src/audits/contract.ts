import { audit, type Static, Type } from 'banyan'

/** What orders knows of one order. Times in epoch milliseconds, amounts in minor units. */
const OrderFact = Type.Object({
  orderId: Type.String(),
  status: Type.String(),
  paymentStatus: Type.String(),
  settled: Type.Boolean(),
  flow: Type.String(),
  currency: Type.String(),
  totalMinor: Type.Integer(),
  orderNumber: Type.Union([Type.Integer(), Type.Null()]),
  confirmedAt: Type.Union([Type.Integer(), Type.Null()]),
  placedAt: Type.Integer(),
  updatedAt: Type.Integer(),
  version: Type.Integer(),
  /** `sku:qty` of all lines, added up by sku, sorted, joined by commas. */
  lines: Type.String(),
  /** Sum of the lines' totals. */
  linesMinor: Type.Integer(),
  subtotalMinor: Type.Integer(),
})

/** A saga that needs a person, or one that ended as undone although its step `step` is not. */
const SagaProblem = Type.Object({ sagaId: Type.String(), status: Type.String(), step: Type.Union([Type.String(), Type.Null()]) })

/** What orders tells of its books. */
export const audits = {
  /** Up to `limit` orders with ids above `after`, by id. */
  orders: audit({
    input: Type.Object({ after: Type.String(), limit: Type.Integer({ minimum: 1, maximum: 10_000 }) }),
    output: Type.Array(OrderFact),
  }),
  /** The version of an order now; null when there is none. */
  version: audit({
    input: Type.Object({ orderId: Type.String() }),
    output: Type.Object({ version: Type.Union([Type.Integer(), Type.Null()]) }),
  }),
  books: audit({
    input: Type.Object({}),
    output: Type.Object({
      /** How many orders have a number, and the highest number: equal when there are no gaps and no number twice. */
      numbers: Type.Object({ count: Type.Integer(), highest: Type.Integer() }),
      sagas: Type.Array(SagaProblem),
    }),
  }),
}

/** What orders knows of one order. */
export type OrderFact = Static<typeof OrderFact>
/** A saga that needs a person, or that is not undone although it says so. */
export type SagaProblem = Static<typeof SagaProblem>
