import type { OverdueHold, ReservationFact, StockMismatch } from '../audits/contract.ts'
import type { Reservation, ReservationStatus, StockItem } from '../contract.ts'
import type { SkuQuantity } from '../domain/merge-lines.ts'

// What handlers of inventory find on a transaction or snapshot, whatever engine keeps it. Times are epoch milliseconds.

/** Where stock lies until there are more warehouses. */
export const MAIN_LOCATION = 'main'

/** A sku's stock as stored. */
export type StoredStock = Omit<StockItem, 'updatedAt'> & { readonly updatedAt: number }

/** Units of skus in the main location. */
export interface StockRecords {
  find(sku: string): Promise<StoredStock | undefined>
  /** Ascending by sku, after `after`. `low` keeps those with at most `lowAtMost` units left. */
  page(after: string, limit: number, lowAtMost: number | undefined): Promise<StoredStock[]>
  /** Adds a sku that is new; returns false when it is known. */
  add(sku: string, onHand: number, at: number): Promise<boolean>
  /** Takes units if there are enough; returns whether there were. */
  take(line: SkuQuantity, at: number): Promise<boolean>
  /** Gives units back that were taken. */
  giveBack(line: SkuQuantity, at: number): Promise<void>
  /** Changes the units on hand. */
  adjust(sku: string, delta: number, at: number): Promise<void>
}

/** A reservation as stored. */
export interface StoredReservation extends Omit<Reservation, 'expiresAt'> {
  readonly expiresAt: number | null
  readonly flow: string
}

/** Reservations by order. */
export interface ReservationRecords {
  find(orderId: string): Promise<StoredReservation | undefined>
  /** Inserts a reservation; returns false when the order has one. Also leaves tombstones: an ended one that was never held. */
  insert(reservation: StoredReservation, at: number): Promise<boolean>
  insertLines(orderId: string, lines: readonly SkuQuantity[]): void
  /** By sku. */
  lines(orderId: string): Promise<SkuQuantity[]>
  /** Makes a hold final; undefined when the order has no hold. */
  commitHold(orderId: string): Promise<StoredReservation | undefined>
  /** Sets a final status. */
  end(orderId: string, status: ReservationStatus): Promise<void>
  /** Orders whose holds ran out at or before `now`, oldest first. */
  expired(now: number, limit: number): Promise<string[]>
}

/** Why units moved. */
export interface Movement {
  readonly id: string
  readonly kind: 'receipt' | 'adjust' | 'reserve' | 'release' | 'expire'
  readonly sku: string
  readonly deltaOnHand: number
  readonly deltaReserved: number
  readonly refType: 'order' | 'product' | 'adjustment'
  readonly refId: string
  readonly reason: string
  readonly actor: string
  readonly at: number
}

/** The journal of stock. Append only; the same cause twice is an error. */
export interface MovementRecords {
  append(movements: readonly Movement[]): void
  /** Keeps what somebody wrote about a movement, apart from the journal. */
  note(movementId: string, note: string, at: number): void
  /** Removes at most `limit` notes that were written at or before `upTo`, the oldest first; returns how many. */
  removeNotes(upTo: number, limit: number): Promise<number>
}

/** A range of order ids: above `after`, up to and with `upTo`; open when it is undefined. */
export interface OrderRange {
  readonly after: string
  readonly upTo?: string | undefined
}

/** Answers to audits; see the contract's `audits`. */
export interface AuditReader {
  mismatches(): Promise<StockMismatch[]>
  strays(): Promise<string[]>
  overdue(before: number): Promise<OverdueHold[]>
  reservations(range: OrderRange): Promise<ReservationFact[]>
}

/** Most rows that one question of the audit answers; what is beyond it shows once these are mended. */
export const AUDIT_ROWS_MAX = 1_000
/** Most lines of one range of orders. */
export const AUDIT_LINES_MAX = 20_000

/** The whole repository. */
export interface InventoryRepository {
  readonly stock: StockRecords
  readonly reservations: ReservationRecords
  readonly movements: MovementRecords
  readonly audit: AuditReader
}
