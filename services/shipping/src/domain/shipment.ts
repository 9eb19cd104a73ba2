import type { ShipmentStatus } from '../contract.ts'

/** Order in which states come; a shipment only moves forward. */
const RANK: Readonly<Record<ShipmentStatus, number>> = { pending: 0, label_created: 1, in_transit: 2, delivered: 3, cancelled: 4 }

/** Tells whether a shipment may still be called back: not once the carrier has it. */
export function canBeCancelled(status: ShipmentStatus): boolean {
  return RANK[status] < RANK.in_transit || status === 'cancelled'
}

/** Returns the tracking number of a shipment: the carrier's prefix and the random part of the shipment's id. */
export function trackingNumber(shipmentId: string): string {
  return `BY${shipmentId.replaceAll('-', '').slice(-14).toUpperCase()}`
}
