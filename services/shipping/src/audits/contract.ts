import { audit, type Static, Type } from 'banyan'

/** What shipping knows of an order. Times in epoch milliseconds. */
const ShipmentFact = Type.Object({
  orderId: Type.String(),
  status: Type.String(),
  createdAt: Type.Integer(),
  /** `sku:qty` of all lines, sorted, joined by commas. */
  lines: Type.String(),
})

/** What shipping tells of its books. */
export const audits = {
  /** Shipments of a range of order ids: above `after`, up to and with `upTo`, open without it; by order id. */
  shipments: audit({
    input: Type.Object({ after: Type.String(), upTo: Type.Optional(Type.String()) }),
    output: Type.Array(ShipmentFact),
  }),
}

/** What shipping knows of an order. */
export type ShipmentFact = Static<typeof ShipmentFact>
