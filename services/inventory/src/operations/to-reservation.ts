import { toTimestampOrNull } from 'banyan'
import type { Reservation } from '../contract.ts'
import type { StoredReservation } from '../store/reservation-table.ts'

/** Returns a reservation as callers see it. */
export function toReservation({ reservationId, orderId, status, expiresAt }: StoredReservation): Reservation {
  return { reservationId, orderId, status, expiresAt: toTimestampOrNull(expiresAt) }
}
