import { collection } from 'banyan'
import type { ReservationStatus } from '../../contract.ts'
import type { SkuQuantity } from '../../domain/merge-lines.ts'
import type { Movement } from '../repository.ts'

/** Units of one sku. */
export interface StockDocument {
  readonly sku: string
  readonly locationId: string
  readonly onHand: number
  readonly reserved: number
  readonly safetyStock: number
  readonly version: number
  readonly updatedAt: number
}

/** A reservation with its lines, by sku. */
export interface ReservationDocument {
  readonly id: string
  readonly orderId: string
  readonly status: ReservationStatus
  readonly flow: string
  readonly expiresAt: number | null
  readonly createdAt: number
  readonly version: number
  readonly lines: readonly SkuQuantity[]
}

/** A movement and where it was. */
export interface MovementDocument extends Movement {
  readonly locationId: string
}

/** What somebody wrote about a movement. */
export interface NoteDocument {
  readonly movementId: string
  readonly note: string
  readonly notedAt: number
}

/** Stock by sku and place. */
export const stockItems = collection({ name: 'stock_item', key: ({ sku, locationId }: StockDocument) => [sku, locationId] })

/** Reservations by order; `holds` has those that can run out. */
export const reservations = collection({
  name: 'reservation',
  key: ({ orderId }: ReservationDocument) => [orderId],
  indexes: { holds: ({ status, expiresAt }) => (status === 'held' && expiresAt !== null ? [expiresAt] : undefined) },
})

/** The journal. Its key makes each cause count once. */
export const movements = collection({
  name: 'stock_movement',
  key: ({ refId, refType, kind, sku, locationId }: MovementDocument) => [refId, refType, kind, sku, locationId],
})

/** Notes by movement, and by age. */
export const notes = collection({
  name: 'movement_note',
  key: ({ movementId }: NoteDocument) => [movementId],
  indexes: { age: ({ notedAt }) => [notedAt] },
})

/** All that inventory keeps. */
export const collections = [stockItems, reservations, movements, notes]
