import { toTimestamp, toTimestampOrNull } from 'banyan'
import type { Reservation, StockItem } from '../contract.ts'
import type { StoredReservation, StoredStock } from '../store/repository.ts'

/** Returns a reservation as callers see it. */
export function toReservation({ reservationId, orderId, status, expiresAt }: StoredReservation): Reservation {
  return { reservationId, orderId, status, expiresAt: toTimestampOrNull(expiresAt) }
}

/** Returns a sku's stock as staff see it. */
export function toStockItem(stock: StoredStock): StockItem {
  return { ...stock, updatedAt: toTimestamp(stock.updatedAt) }
}
