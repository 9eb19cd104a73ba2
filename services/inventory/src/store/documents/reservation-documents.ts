import type { Documents } from 'banyan'
import type { ReservationRecords, StoredReservation } from '../repository.ts'
import { type ReservationDocument, reservations } from './collections.ts'

/** Opens the reservations within a transaction or snapshot. */
export function reservationDocuments(database: Documents): ReservationRecords {
  return {
    async find(orderId) {
      const found = await database.get(reservations, [orderId])
      return found && reservationOf(found)
    },
    async insert({ reservationId, orderId, status, flow, expiresAt }, at) {
      if (await database.get(reservations, [orderId])) return false
      await database.add(reservations, { id: reservationId, orderId, status, flow, expiresAt, createdAt: at, version: 1, lines: [] })
      return true
    },
    insertLines(orderId, lines) {
      const added = lines.map(({ sku, qty }) => ({ sku, qty }))
      void database.change(reservations, [orderId], (found) => found && { ...found, lines: [...found.lines, ...added].toSorted(bySku) })
    },
    async lines(orderId) {
      return [...((await database.get(reservations, [orderId]))?.lines ?? [])]
    },
    async commitHold(orderId) {
      const committed = await database.change(reservations, [orderId], (found) =>
        found?.status === 'held' ? { ...found, status: 'committed' as const, expiresAt: null, version: found.version + 1 } : undefined,
      )
      return committed && reservationOf(committed)
    },
    async end(orderId, status) {
      await database.change(reservations, [orderId], (found) => found && { ...found, status, expiresAt: null, version: found.version + 1 })
    },
    async expired(now, limit) {
      return (await database.range(reservations, { index: 'holds', upTo: [now], limit })).map(({ orderId }) => orderId)
    },
  }
}

function bySku(one: { readonly sku: string }, other: { readonly sku: string }): number {
  return one.sku < other.sku ? -1 : 1
}

function reservationOf({ id, orderId, status, flow, expiresAt }: ReservationDocument): StoredReservation {
  return { reservationId: id, orderId, status, flow, expiresAt }
}
