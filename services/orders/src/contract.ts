import { command, contract, declareError, event, GivenTimestamp, query, type Static, Text, Timestamp, Type, withReasonCode } from 'banyan'
import { idCursor } from 'banyan/contract'
import { LINES_MAX, QUANTITY_MAX, Sku } from '@shop/catalog/contract'
import { Shortage } from '@shop/inventory/contract'
import { AmountMinor, PaymentMethod } from '@shop/payments/contract'
import { ShippingAddress, ShippingMethodCode } from '@shop/shipping/contract'
import { audits } from './audits/contract.ts'
import { CARE, STAFF } from './staff.ts'
import { asReason, CANCELLATION_REASONS, GIVEN_REASONS } from './domain/cancellation-reason.ts'

/** States of an order; `rejected`, `cancelled` and `completed` are final. */
export const ORDER_STATUSES = ['pending', 'confirmed', 'rejected', 'cancelling', 'cancelled', 'completed'] as const

/** A state of an order. */
export const OrderStatus = Type.Enum([...ORDER_STATUSES])

/** How far the money of an order is. */
export const OrderPaymentStatus = Type.Enum(['none', 'pending', 'authorized', 'captured', 'voided', 'refunded', 'failed'])

/** How far the goods of an order are. */
export const OrderFulfilmentStatus = Type.Enum(['unfulfilled', 'fulfilled', 'returned'])

/** How an order's steps are driven: by a saga, or by events alone. Fixed when the order is placed. */
export const OrderFlow = Type.Enum(['orchestration', 'choreography'])

const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()])

/** One line of an order, with the price of its day. */
export const OrderLine = Type.Object({
  lineId: Type.String(),
  sku: Type.String(),
  productId: Type.String(),
  /** Title of the product when the order was placed. */
  title: Type.String(),
  quantity: Type.Integer(),
  unitMinor: Type.Integer(),
  totalMinor: Type.Integer(),
})

/** Longest note with a cancellation, in characters; both bounds together fit the column of any store. */
const NOTE_LENGTH_MAX = 500
const REASON_LENGTH_MAX = 200

/** Why an order was rejected or cancelled. */
export const OrderFailure = Type.Object({
  /** E.g. `insufficient_stock`, `payment_declined`, `cancelled_by_customer`, `deadline`. */
  reason: Type.String(),
  lines: Type.Optional(Type.Array(Shortage)),
  declineCode: Type.Optional(Type.String()),
  retryable: Type.Optional(Type.Boolean()),
})

const orderFields = {
  id: Type.String(),
  /** Given at confirmation, counted without gaps. */
  orderNumber: nullable(Type.Integer()),
  userId: Type.String(),
  status: OrderStatus,
  paymentStatus: OrderPaymentStatus,
  fulfilmentStatus: OrderFulfilmentStatus,
  /** True once nothing happens by itself any more. */
  settled: Type.Boolean(),
  flow: OrderFlow,
  currency: Type.String(),
  lines: Type.Array(OrderLine),
  subtotalMinor: Type.Integer(),
  discountMinor: Type.Integer(),
  taxMinor: Type.Integer(),
  shippingMinor: Type.Integer(),
  totalMinor: Type.Integer(),
  shippingMethod: Type.String(),
  failure: nullable(OrderFailure),
  placedAt: Timestamp,
  confirmedAt: nullable(Timestamp),
  version: Type.Integer(),
}

/** An order as its own service knows it. */
export const Order = Type.Object(orderFields)

/** An order with what other services know about it. */
export const OrderView = Type.Object({
  ...orderFields,
  lines: Type.Array(Type.Object({ ...OrderLine.properties, /** Title of the product today. */ productTitle: nullable(Type.String()) })),
  user: Type.Object({ id: Type.String(), status: nullable(Type.String()) }),
  payment: nullable(
    Type.Object({
      paymentId: Type.String(),
      authorizedMinor: Type.Integer(),
      capturedMinor: Type.Integer(),
      refundedMinor: Type.Integer(),
    }),
  ),
  shipment: nullable(
    Type.Object({
      shipmentId: Type.String(),
      status: Type.String(),
      carrier: Type.String(),
      service: Type.String(),
      trackingNumber: Type.String(),
    }),
  ),
  /** What was written when the order was cancelled; null when nothing was, or when it is erased. */
  cancellationNote: nullable(Type.String()),
  /** `projection`: the read model answered. `order`: it is behind, so the order's own row did. */
  source: Type.Enum(['projection', 'order']),
})

/** Which quota of a customer is used up. */
export const CustomerQuota = Type.Object({
  /** `open_orders`: orders that are not settled. `open_units`: units in them. `cancellations`: orders cancelled in the last hour. */
  quota: Type.Enum(['open_orders', 'open_units', 'cancellations']),
  max: Type.Integer(),
  current: Type.Integer(),
})

const OrderId = Type.Object({ id: Text.id() })

type StoredData = Readonly<Record<string, unknown>>

const Reason = Type.Enum([...CANCELLATION_REASONS])
/** Logs of earlier releases may hold what somebody wrote. */
const withReason = (stored: StoredData) => ({ ...stored, reason: asReason(stored['reason']) })

/** Why an order was rejected: a code of an error or of the shop, with its facts. */
const RejectionFailure = Type.Object({ ...OrderFailure.properties, reason: Text.code() })
const withCodes = (stored: StoredData) => {
  const { detail } = stored as { readonly detail?: StoredData | null }
  return { ...withReasonCode(stored), ...(detail ? { detail: withReasonCode(detail) } : {}) }
}

/** The order's version after the event; grows by one with each event of an order. */
const version = Type.Integer()

const eventLine = Type.Object({ sku: Type.String(), qty: Type.Integer() })

/** Condition of subscriptions that belong to the choreographed style: in the other one a saga calls the services instead. */
export const choreographed = { when: ({ flow }: { readonly flow: string }): boolean => flow === 'choreography' }

/** Orders from the first click to the last state. */
export const orders = contract('orders', {
  schemas: { Order, OrderView, OrderLine, OrderFailure },
  audits,
  operations: {
    place: command('POST /api/orders', {
      input: Type.Object({
        items: Type.Array(Type.Object({ sku: Sku, quantity: Type.Integer({ minimum: 1, maximum: QUANTITY_MAX }) }), {
          minItems: 1,
          maxItems: LINES_MAX,
        }),
        shippingAddress: ShippingAddress,
        shippingMethod: ShippingMethodCode,
        payment: PaymentMethod,
        /** Refuse the order when it costs something else. */
        expectedTotalMinor: Type.Optional(AmountMinor),
      }),
      output: Order,
      errors: {
        unknown_sku: declareError(422, Type.Object({ skus: Type.Array(Type.String()) })),
        not_for_sale: declareError(422, Type.Object({ skus: Type.Array(Type.String()) })),
        price_changed: Type.Object({
          expectedTotalMinor: Type.Integer(),
          totalMinor: Type.Integer(),
          currency: Type.String(),
          lines: Type.Array(Type.Object({ sku: Type.String(), now: Type.Integer() })),
        }),
        unknown_shipping_method: declareError(422, Type.Object({ shippingMethod: Type.String(), available: Type.Array(Type.String()) })),
        shipping_unavailable: declareError(422, Type.Object({ country: Type.String(), currency: Type.String() })),
        /** One customer holds too much at a time, or cancels again and again; the same order may be sent again later, with its key. */
        customer_quota: declareError(429, CustomerQuota, 'safe'),
      },
      access: 'user',
      idempotency: 'required',
      created: '/api/orders/:id',
      timeoutMs: 60_000,
      summary: 'Places an order; with `Prefer: wait=N` answers once it is settled',
    }),
    get: query('GET /api/orders/:id', {
      input: OrderId,
      output: OrderView,
      access: { user: true, roles: STAFF },
      summary: 'One order with its user, products, payment and shipment; for its owner and staff',
    }),
    list: query('GET /api/orders', {
      input: Type.Object({
        status: Type.Optional(OrderStatus),
        userId: Type.Optional(Text.subject()),
        /** Moment of the placing, inclusive. */
        from: Type.Optional(GivenTimestamp),
        /** Likewise. */
        to: Type.Optional(GivenTimestamp),
        cursor: Type.Optional(idCursor()),
        limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
      }),
      output: Type.Object({ items: Type.Array(Order), nextCursor: nullable(Type.String()) }),
      access: { user: true, roles: STAFF },
      summary: "One's own orders, newest first; all orders for staff",
    }),
    cancel: command('POST /api/orders/:id/cancel', {
      input: Type.Object({
        ...OrderId.properties,
        reason: Type.Optional(
          Text.line({
            max: REASON_LENGTH_MAX,
            description: `One of ${GIVEN_REASONS.join(', ')}. Any other text counts as \`other\` and is kept with the note.`,
          }),
        ),
        note: Type.Optional(
          Text.prose({
            min: 1,
            max: NOTE_LENGTH_MAX,
            description: 'What there is to say. Kept apart from the order, so that it can be erased.',
          }),
        ),
      }),
      output: Order,
      errors: {
        illegal_transition: Type.Object({ from: Type.String(), to: Type.String(), allowed: Type.Array(Type.String()) }),
        order_erased: declareError(
          409,
          Type.Object({}),
          'never',
          'what is personal in this order is erased, so nothing can be written about it; cancel it without a note, and with a listed reason or none',
        ),
      },
      access: { user: true, roles: CARE },
      timeoutMs: 60_000,
      summary: 'Cancels an order: calls the parcel back, returns the money, releases the stock',
    }),
    erasePersonalData: command('POST /api/orders/:id/erasure', {
      input: OrderId,
      output: Type.Object({ orderId: Type.String() }),
      errors: { order_open: Type.Object({ status: OrderStatus }) },
      access: { user: true, roles: CARE },
      idempotency: 'none',
      summary: 'Erases what is personal in a settled order: address, payment token, note; for its owner and staff',
    }),
  },
  events: {
    'order.created': event({
      key: 'orderId',
      data: Type.Object({
        orderId: Type.String(),
        userId: Type.String(),
        currency: Type.String(),
        lines: Type.Array(
          Type.Object({
            lineId: Type.String(),
            sku: Type.String(),
            productId: Type.String(),
            title: Type.String(),
            qty: Type.Integer(),
            unitMinor: Type.Integer(),
            totalMinor: Type.Integer(),
          }),
        ),
        subtotalMinor: Type.Integer(),
        discountMinor: Type.Integer(),
        taxMinor: Type.Integer(),
        shippingMinor: Type.Integer(),
        totalMinor: Type.Integer(),
        policy: Type.String(),
        shippingMethod: Type.String(),
        country: Type.String(),
        flow: OrderFlow,
        /** Epoch milliseconds, as all times in events. */
        placedAt: Type.Integer(),
        version,
      }),
    }),
    'order.confirmed': event({
      key: 'orderId',
      data: Type.Object({
        orderId: Type.String(),
        userId: Type.String(),
        orderNumber: Type.Integer(),
        currency: Type.String(),
        totalMinor: Type.Integer(),
        lines: Type.Array(eventLine),
        flow: OrderFlow,
        version,
      }),
    }),
    'order.rejected': event({
      key: 'orderId',
      data: Type.Object({
        orderId: Type.String(),
        userId: Type.String(),
        reason: Text.code(),
        detail: nullable(RejectionFailure),
        flow: OrderFlow,
        version,
      }),
      upgrade: withCodes,
    }),
    'order.cancel.requested': event({
      key: 'orderId',
      data: Type.Object({ orderId: Type.String(), reason: Reason, flow: OrderFlow, version }),
      upgrade: withReason,
    }),
    /** The parcel could not be called back; the order goes on as confirmed. */
    'order.cancel.refused': event({ key: 'orderId', data: Type.Object({ orderId: Type.String(), flow: OrderFlow, version }) }),
    'order.cancelled': event({
      key: 'orderId',
      data: Type.Object({
        orderId: Type.String(),
        userId: Type.String(),
        reason: Reason,
        releasedLines: Type.Array(eventLine),
        voidedMinor: Type.Integer(),
        refundedMinor: Type.Integer(),
        flow: OrderFlow,
        version,
      }),
      upgrade: withReason,
    }),
    /** What is personal in an order is to go, wherever it stands; the books stay. */
    'order.personal_data.erased': event({ key: 'orderId', data: Type.Object({ orderId: Type.String() }) }),
    /** The flow of a confirmed order has ended: shipped and paid. */
    'order.settled': event({ key: 'orderId', data: Type.Object({ orderId: Type.String(), flow: OrderFlow, version }) }),
  },
})

/** An order as its own service knows it. */
export type Order = Static<typeof Order>
/** An order with what other services know about it. */
export type OrderView = Static<typeof OrderView>
/** One line of an order. */
export type OrderLine = Static<typeof OrderLine>
/** State of an order. */
export type OrderStatus = Static<typeof OrderStatus>
/** How an order's steps are driven. */
export type OrderFlow = Static<typeof OrderFlow>
/** Why an order was rejected or cancelled. */
export type OrderFailure = Static<typeof OrderFailure>
export type { OrderFact } from './audits/contract.ts'
