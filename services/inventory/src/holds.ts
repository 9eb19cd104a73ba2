import type { Shortage } from './contract.ts'
import { mergeLines, type SkuQuantity } from './domain/merge-lines.ts'
import { bindsStock, reservationAfter } from './domain/reservation.ts'
import { MAIN_LOCATION, type StoredReservation } from './store/repository.ts'
import { compareStock } from './compare-stock.ts'
import type { InventoryTransaction } from './define.ts'

// Owns: the moves of a reservation and of the stock it binds, in one transaction each.
// Invariants: I1 an order has one reservation for ever; I2 all lines are held or none; I3 every change of stock has a movement;
// I4 an ended reservation, also one that ended before it began (a tombstone), is never taken up again.

/** How a reservation went. */
export type HoldOutcome =
  | { readonly kind: 'held'; readonly reservation: StoredReservation; readonly isNew: boolean }
  | { readonly kind: 'closed'; readonly reservation: StoredReservation }
  | { readonly kind: 'short'; readonly lines: Shortage[] }
  | { readonly kind: 'unknown'; readonly skus: string[] }

/** What to hold, and until when. */
export interface HoldRequest {
  readonly reservationId: string
  readonly orderId: string
  readonly lines: readonly SkuQuantity[]
  readonly flow: string
  readonly now: number
  readonly expiresAt: number
}

/** Holds all lines of an order or none, and emits what happened to them (I1–I3). Repeating it returns the reservation that stands. */
export async function hold(tx: InventoryTransaction, request: HoldRequest): Promise<HoldOutcome> {
  const { orderId, flow, now, expiresAt, reservationId } = request
  const reservation: StoredReservation = { reservationId, orderId, status: 'held', expiresAt, flow }
  if (!(await tx.reservations.insert(reservation, now))) {
    const earlier = (await tx.reservations.find(orderId)) as StoredReservation
    return bindsStock(earlier.status) ? { kind: 'held', reservation: earlier, isNew: false } : { kind: 'closed', reservation: earlier }
  }
  const lines = mergeLines(request.lines)
  const shortage = await takeAll(tx, lines, now)
  if (shortage) {
    await tx.reservations.end(orderId, 'released')
    return shortage
  }
  tx.reservations.insertLines(orderId, lines)
  appendMovements(tx, 'reserve', reservation, lines, now)
  tx.emit('inventory.reserved', { orderId, reservationId, lines: lines.map(atMain), expiresAt, complete: true, flow })
  return { kind: 'held', reservation, isNew: true }
}

/** Takes every line or gives back what it took and says what is missing (I2). */
async function takeAll(tx: InventoryTransaction, lines: readonly SkuQuantity[], now: number): Promise<HoldOutcome | undefined> {
  for (const [index, line] of lines.entries()) {
    if (await tx.stock.take(line, now)) continue
    for (const taken of lines.slice(0, index)) await tx.stock.giveBack(taken, now)
    const { short, unknown } = await compareStock(tx.stock, lines)
    return unknown.length > 0 ? { kind: 'unknown', skus: unknown } : { kind: 'short', lines: short }
  }
  return undefined
}

/** Makes the hold of an order final. Undefined when there is none to commit; `closed` when it ended before (I4). */
export async function commitHold(
  tx: InventoryTransaction,
  orderId: string,
): Promise<{ kind: 'committed' | 'closed'; reservation: StoredReservation } | undefined> {
  const committed = await tx.reservations.commitHold(orderId)
  if (committed) {
    tx.emit('inventory.reservation.committed', { orderId, reservationId: committed.reservationId })
    return { kind: 'committed', reservation: committed }
  }
  const reservation = await tx.reservations.find(orderId)
  return reservation && { kind: reservationAfter(reservation.status, 'commit') ? 'committed' : 'closed', reservation }
}

/** Which end of a reservation. */
export interface HoldEnd {
  readonly orderId: string
  readonly move: 'release' | 'expire'
  readonly reason: string
  readonly now: number
  /** Id of the tombstone when there was no reservation yet. */
  readonly newId: string
  readonly flow: string
}

/** Ends a reservation and gives its units back; without one it leaves a tombstone, so that a late reservation is refused (I4). */
export async function endHold(tx: InventoryTransaction, { orderId, move, reason, now, newId, flow }: HoldEnd): Promise<SkuQuantity[]> {
  const tombstone: StoredReservation = { reservationId: newId, orderId, status: 'released', expiresAt: null, flow }
  if (move === 'release' && (await tx.reservations.insert(tombstone, now))) return []
  const reservation = await tx.reservations.find(orderId)
  const status = reservation && reservationAfter(reservation.status, move)
  if (!reservation || !status || !bindsStock(reservation.status)) return []
  await tx.reservations.end(orderId, status)
  const lines = await tx.reservations.lines(orderId)
  for (const line of lines) await tx.stock.giveBack(line, now)
  appendMovements(tx, move, reservation, lines, now)
  tx.emit(move === 'release' ? 'inventory.reservation.released' : 'inventory.reservation.expired', {
    orderId,
    reservationId: reservation.reservationId,
    lines: lines.map(atMain),
    reason,
  })
  return lines
}

/** Adds where a line lies. */
export function atMain({ sku, qty }: SkuQuantity): SkuQuantity & { readonly locationId: string } {
  return { sku, qty, locationId: MAIN_LOCATION }
}

function appendMovements(
  tx: InventoryTransaction,
  kind: 'reserve' | 'release' | 'expire',
  { reservationId, orderId }: StoredReservation,
  lines: readonly SkuQuantity[],
  at: number,
): void {
  const sign = kind === 'reserve' ? 1 : -1
  tx.movements.append(
    lines.map(({ sku, qty }) => ({
      id: `${reservationId}:${kind}:${sku}`,
      kind,
      sku,
      deltaOnHand: 0,
      deltaReserved: sign * qty,
      refType: 'order',
      refId: orderId,
      reason: kind,
      actor: 'system',
      at,
    })),
  )
}
