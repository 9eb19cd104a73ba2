import { command, contract, declareError, event, query, type Static, Text, Timestamp, Type, withReasonCode } from 'banyan'
import { LINES_MAX, QUANTITY_MAX, Sku } from '@shop/catalog/contract'
import { audits } from './audits/contract.ts'
import { ADJUSTMENT_REASONS, adjustedFor } from './domain/adjustment-reason.ts'

/** Units of a sku on hand at most. */
export const STOCK_UNITS_MAX = 1_000_000_000
/** Units that one adjustment by a difference moves at most; a count may say any number. */
const ADJUSTMENT_UNITS_MAX = 1_000_000

const OrderId = Text.id()
/** Why something was done, for records that stay: a code, never what somebody wrote. */
const ReasonCode = Text.code()

/** Units of one sku. */
export const StockLine = Type.Object({ sku: Sku, qty: Type.Integer({ minimum: 1, maximum: QUANTITY_MAX }) })

/** One line that could not be had. */
export const Shortage = Type.Object({ sku: Sku, requested: Type.Integer(), available: Type.Integer() })

/** What anybody may know about the stock of a sku. */
export const Stock = Type.Object({
  sku: Sku,
  /** Units that can be reserved now. */
  available: Type.Integer(),
  inStock: Type.Boolean(),
  updatedAt: Timestamp,
})

/** What staff know about the stock of a sku in one location. */
export const StockItem = Type.Object({
  sku: Sku,
  locationId: Type.String(),
  onHand: Type.Integer(),
  reserved: Type.Integer(),
  safetyStock: Type.Integer(),
  available: Type.Integer(),
  version: Type.Integer(),
  updatedAt: Timestamp,
})

/** States of a reservation; `released` and `expired` are final and are never taken up again. */
export const ReservationStatus = Type.Enum(['held', 'committed', 'released', 'expired'])

/** A reservation of all lines of one order. */
export const Reservation = Type.Object({
  reservationId: Type.String(),
  orderId: Type.String(),
  status: ReservationStatus,
  /** When a hold lapses; null once it is committed or ended. */
  expiresAt: Type.Union([Timestamp, Type.Null()]),
})

/** The reservation ended before: by a release, which also counts when it came first, or because its time was up. */
const ReservationClosed = Type.Object({ orderId: Type.String(), status: ReservationStatus })

const InsufficientStock = Type.Object({ lines: Type.Array(Shortage) })

const STAFF = { roles: ['warehouse', 'admin'] } as const

/** What stands behind a movement's event: who holds how much of what. */
const ReservedLine = Type.Object({ sku: Sku, qty: Type.Integer(), locationId: Type.String() })

const ReservationEnded = Type.Object({
  orderId: Type.String(),
  reservationId: Type.String(),
  lines: Type.Array(ReservedLine),
  reason: ReasonCode,
})

/** Stock and reservations. */
export const inventory = contract('inventory', {
  schemas: { Stock, StockItem, StockLine, Shortage, Reservation },
  audits,
  operations: {
    getStock: query('GET /api/inventory/:sku', {
      input: Type.Object({ sku: Sku }),
      output: Stock,
      access: 'public',
      summary: 'How many units of a sku can be had',
    }),
    listStock: query('GET /api/inventory', {
      input: Type.Object({
        low: Type.Optional(Type.Boolean()),
        cursor: Type.Optional(Sku),
        limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
      }),
      output: Type.Object({ items: Type.Array(StockItem), nextCursor: Type.Union([Type.String(), Type.Null()]) }),
      access: STAFF,
      summary: 'Stock of all skus, or of those that run low',
    }),
    adjust: command('POST /api/inventory/:sku/adjustments', {
      input: Type.Object(
        {
          sku: Sku,
          /** Units found (positive) or lost (negative). Exactly one of `delta` and `setTo`. */
          delta: Type.Optional(Type.Integer({ minimum: -ADJUSTMENT_UNITS_MAX, maximum: ADJUSTMENT_UNITS_MAX })),
          /** Units counted. */
          setTo: Type.Optional(Type.Integer({ minimum: 0, maximum: STOCK_UNITS_MAX })),
          reason: Text.line({
            max: 200,
            description: `One of ${ADJUSTMENT_REASONS.join(', ')}. Any other text counts as \`other\` and is kept apart for a while.`,
          }),
        },
        { examples: [{ sku: 'ESPRESSO-250', delta: 1, reason: ADJUSTMENT_REASONS[0] }] },
      ),
      output: StockItem,
      errors: {
        unknown_sku: declareError(404, Type.Object({ skus: Type.Array(Sku) })),
        below_reserved: Type.Object({ sku: Sku, onHand: Type.Integer(), reserved: Type.Integer(), wanted: Type.Integer() }),
      },
      access: STAFF,
      idempotency: 'required',
      summary: 'Corrects the stock of a sku after a count, a receipt or a loss',
    }),
    reserve: command('POST /api/inventory/reservations', {
      input: Type.Object({ orderId: OrderId, lines: Type.Array(StockLine, { minItems: 1, maxItems: LINES_MAX }) }),
      output: Reservation,
      errors: {
        insufficient_stock: InsufficientStock,
        unknown_sku: Type.Object({ skus: Type.Array(Sku) }),
        reservation_closed: ReservationClosed,
      },
      access: 'internal',
      idempotency: 'none',
      summary: 'Holds all lines of an order or none; once per order',
    }),
    commit: command('POST /api/inventory/reservations/:orderId/commit', {
      input: Type.Object({ orderId: OrderId }),
      output: Reservation,
      errors: { reservation_closed: ReservationClosed },
      access: 'internal',
      idempotency: 'none',
      summary: 'Makes the hold of an order final, so that it no longer lapses',
    }),
    release: command('POST /api/inventory/reservations/:orderId/release', {
      input: Type.Object({ orderId: OrderId, reason: ReasonCode }),
      output: Type.Object({ orderId: Type.String(), releasedLines: Type.Array(ReservedLine) }),
      access: 'internal',
      idempotency: 'none',
      summary: 'Gives back what an order holds; a reservation that comes later is refused',
    }),
  },
  events: {
    'inventory.adjusted': event({
      key: 'sku',
      data: Type.Object({
        sku: Sku,
        locationId: Type.String(),
        delta: Type.Integer(),
        onHand: Type.Integer(),
        reserved: Type.Integer(),
        reason: Type.Enum([...ADJUSTMENT_REASONS]),
        movementId: Type.String(),
      }),
      // Logs of earlier releases may hold what somebody wrote.
      upgrade: (stored) => ({ ...stored, reason: adjustedFor(String(stored['reason'])).reason }),
    }),
    'inventory.reserved': event({
      key: 'orderId',
      data: Type.Object({
        orderId: Type.String(),
        reservationId: Type.String(),
        lines: Type.Array(ReservedLine),
        expiresAt: Type.Integer(),
        complete: Type.Boolean(),
        /** Which style the order's flow has; a consumer of the other style ignores the event. */
        flow: Type.String(),
      }),
    }),
    'inventory.reservation.failed': event({
      key: 'orderId',
      data: Type.Object({
        orderId: Type.String(),
        reason: Type.Enum(['insufficient_stock', 'unknown_sku', 'reservation_closed']),
        lines: Type.Array(Shortage),
        flow: Type.String(),
      }),
    }),
    'inventory.reservation.committed': event({
      key: 'orderId',
      data: Type.Object({ orderId: Type.String(), reservationId: Type.String() }),
    }),
    'inventory.reservation.released': event({ key: 'orderId', data: ReservationEnded, upgrade: withReasonCode }),
    'inventory.reservation.expired': event({ key: 'orderId', data: ReservationEnded, upgrade: withReasonCode }),
  },
})

/** One line that could not be had. */
export type Shortage = Static<typeof Shortage>
/** Units of one sku. */
export type StockLine = Static<typeof StockLine>
/** A reservation as callers see it. */
export type Reservation = Static<typeof Reservation>
/** State of a reservation. */
export type ReservationStatus = Static<typeof ReservationStatus>
/** A sku's stock in one location. */
export type StockItem = Static<typeof StockItem>
export type { ReservationFact } from './audits/contract.ts'
