import { audit, type Static, Type } from 'banyan'

/** Skus at one place whose figures do not explain each other. All counts are units. */
const StockMismatch = Type.Object({
  sku: Type.String(),
  locationId: Type.String(),
  onHand: Type.Integer(),
  reserved: Type.Integer(),
  movedOnHand: Type.Integer(),
  movedReserved: Type.Integer(),
  bound: Type.Integer(),
})

const OverdueHold = Type.Object({ orderId: Type.String(), expiresAt: Type.Integer() })

/** What inventory knows of an order. Times in epoch milliseconds. */
const ReservationFact = Type.Object({
  orderId: Type.String(),
  status: Type.String(),
  expiresAt: Type.Union([Type.Integer(), Type.Null()]),
  createdAt: Type.Integer(),
  /** `sku:qty` of all lines, sorted, joined by commas. */
  lines: Type.String(),
})

/** What inventory tells of its books. */
export const audits = {
  stock: audit({
    input: Type.Object({ overdueBefore: Type.Integer() }),
    output: Type.Object({
      /** Skus for which stock, movements and open reservations disagree, or whose figures are impossible. */
      mismatches: Type.Array(StockMismatch),
      /** Skus of movements that have no stock item: nothing may move what does not exist. */
      strays: Type.Array(Type.String()),
      /** Orders whose holds ran out before `overdueBefore` (epoch milliseconds) and still bind stock. */
      overdue: Type.Array(OverdueHold),
    }),
  }),
  /** Reservations of a range of order ids: above `after`, up to and with `upTo`, open without it; by order id. */
  reservations: audit({
    input: Type.Object({ after: Type.String(), upTo: Type.Optional(Type.String()) }),
    output: Type.Array(ReservationFact),
  }),
}

/** A sku whose figures do not explain each other. */
export type StockMismatch = Static<typeof StockMismatch>
/** An order whose hold ran out and still binds stock. */
export type OverdueHold = Static<typeof OverdueHold>
/** What inventory knows of an order. */
export type ReservationFact = Static<typeof ReservationFact>
