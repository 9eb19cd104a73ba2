import { toTimestamp } from 'banyan'
import type { Shipment } from '../contract.ts'
import type { StoredShipment } from '../store/shipment-table.ts'

/** Returns a shipment as callers see it. */
export function toShipment({ flow: _flow, shippingMethod: _method, createdAt, ...shipment }: StoredShipment): Shipment {
  return { ...shipment, createdAt: toTimestamp(createdAt) }
}
