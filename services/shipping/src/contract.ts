import { command, contract, event, query, type Static, Text, Timestamp, Type, withReasonCode } from 'banyan'
import { Currency, LINES_MAX, QUANTITY_MAX, Sku, SUBTOTAL_MINOR_MAX, WEIGHT_GRAMS_MAX } from '@shop/catalog/contract'
import { audits } from './audits/contract.ts'
import { STAFF } from './staff.ts'

/** ISO 3166-1 alpha-2 code. */
export const Country = Type.String({ pattern: '^[A-Z]{2}$' })

/** Weight of the heaviest order. No carrier takes it, but a question about it is in order. */
const PARCEL_GRAMS_MAX = WEIGHT_GRAMS_MAX * QUANTITY_MAX * LINES_MAX

/** Why something was done, for records that stay: a code, never what somebody wrote. */
const ReasonCode = Text.code()
const OrderId = Text.id()

/** Where a parcel goes. Personal data: it travels in calls only, never in events. */
export const ShippingAddress = Type.Object({
  recipient: Text.name({ max: 120 }),
  line1: Text.name({ max: 200 }),
  line2: Type.Optional(Text.name({ max: 200 })),
  city: Text.name({ max: 120 }),
  region: Type.Optional(Text.name({ max: 120 })),
  postalCode: Text.name({ max: 20 }),
  country: Country,
  phone: Type.Optional(Text.phone()),
})

/** An address that orders took, maybe in an earlier release and by wider rules: it is not refused again on its way to the parcel. */
const TakenAddress = Type.Object({
  recipient: Text.line({ max: 120 }),
  line1: Text.line({ max: 200 }),
  line2: Type.Optional(Text.line({ max: 200 })),
  city: Text.line({ max: 120 }),
  region: Type.Optional(Text.line({ max: 120 })),
  postalCode: Text.line({ max: 20 }),
  country: Country,
  phone: Type.Optional(Text.line({ max: 40 })),
})

/** Code of a shipping method, e.g. `standard`. */
export const ShippingMethodCode = Text.id({ max: 40, pattern: '^[a-z][a-z0-9-]*$', examples: ['standard'] })

/** What shipping an order one way costs. */
export const ShippingRate = Type.Object({
  shippingMethod: ShippingMethodCode,
  name: Type.String(),
  carrier: Type.String(),
  amountMinor: Type.Integer(),
  currency: Type.String(),
  etaDays: Type.Integer(),
})

/** States of a shipment, in the order in which they come. */
export const ShipmentStatus = Type.Enum(['pending', 'label_created', 'in_transit', 'delivered', 'cancelled'])

const ShipmentLine = Type.Object({ lineId: Text.id(), sku: Sku, qty: Type.Integer({ minimum: 1, maximum: QUANTITY_MAX }) })

/** A parcel on its way. */
export const Shipment = Type.Object({
  id: Type.String(),
  orderId: Type.String(),
  userId: Type.String(),
  status: ShipmentStatus,
  carrier: Type.String(),
  service: Type.String(),
  trackingNumber: Type.Union([Type.String(), Type.Null()]),
  lines: Type.Array(ShipmentLine),
  createdAt: Timestamp,
  version: Type.Integer(),
})

/** The order's shipment can no longer be created or called back. */
const ShipmentClosed = Type.Object({ orderId: Type.String(), status: ShipmentStatus })

const Consignment = Type.Object({
  orderId: OrderId,
  userId: Text.subject(),
  shippingMethod: ShippingMethodCode,
  address: TakenAddress,
  lines: Type.Array(ShipmentLine, { minItems: 1, maxItems: LINES_MAX }),
})

/** Rates and shipments. */
export const shipping = contract('shipping', {
  schemas: { ShippingAddress, ShippingRate, Shipment },
  audits,
  operations: {
    rate: query('POST /api/shipping/rates', {
      input: Type.Object({
        country: Country,
        currency: Currency,
        subtotalMinor: Type.Integer({ minimum: 0, maximum: SUBTOTAL_MINOR_MAX }),
        weightGrams: Type.Integer({ minimum: 0, maximum: PARCEL_GRAMS_MAX }),
        /** Only this method; all that go to the country when left out. */
        shippingMethod: Type.Optional(ShippingMethodCode),
      }),
      output: Type.Object({ rates: Type.Array(ShippingRate) }),
      errors: {
        unknown_shipping_method: Type.Object({ shippingMethod: Type.String(), available: Type.Array(Type.String()) }),
        shipping_unavailable: Type.Object({ country: Type.String(), currency: Type.String() }),
      },
      access: 'public',
      summary: 'What shipping costs, by method',
    }),
    list: query('GET /api/shipments', {
      input: Type.Object({ orderId: OrderId }),
      output: Type.Object({ items: Type.Array(Shipment), nextCursor: Type.Null() }),
      access: { user: true, roles: STAFF },
      summary: 'Shipments of an order; for its owner and staff',
    }),
    prepare: command('POST /api/shipments/consignments', {
      input: Consignment,
      output: Type.Object({ shipmentId: Type.String() }),
      access: 'internal',
      idempotency: 'none',
      summary: 'Keeps where an order goes, for flows that go on by events',
    }),
    createShipment: command('POST /api/shipments', {
      input: Consignment,
      output: Shipment,
      errors: { shipment_closed: ShipmentClosed },
      access: 'internal',
      idempotency: 'none',
      summary: 'Creates the shipment of an order with its label; once per order',
    }),
    cancelShipment: command('POST /api/shipments/cancellations', {
      input: Type.Object({ orderId: OrderId, reason: ReasonCode }),
      output: Type.Object({ orderId: Type.String(), cancelled: Type.Boolean() }),
      errors: { shipment_closed: ShipmentClosed },
      access: 'internal',
      idempotency: 'none',
      summary: 'Calls the shipment of an order back; one that comes later is refused',
    }),
  },
  events: {
    'shipment.created': event({
      key: 'orderId',
      data: Type.Object({
        shipmentId: Type.String(),
        orderId: Type.String(),
        lines: Type.Array(ShipmentLine),
        carrier: Type.String(),
        service: Type.String(),
        trackingNumber: Type.String(),
        /** Which style the order's flow has; a consumer of the other style ignores the event. */
        flow: Type.String(),
      }),
    }),
    'shipment.cancelled': event({
      key: 'orderId',
      data: Type.Object({
        shipmentId: Type.String(),
        orderId: Type.String(),
        trackingNumber: Type.String(),
        at: Type.Integer(),
        reason: ReasonCode,
      }),
      upgrade: withReasonCode,
    }),
  },
})

/** Where a parcel goes. */
export type ShippingAddress = Static<typeof ShippingAddress>
/** A parcel on its way. */
export type Shipment = Static<typeof Shipment>
/** What shipping costs one way. */
export type ShippingRate = Static<typeof ShippingRate>
/** State of a shipment. */
export type ShipmentStatus = Static<typeof ShipmentStatus>
export type { ShipmentFact } from './audits/contract.ts'
