import type { Shipment } from '../contract.ts'
import type { StoredShipment } from '../store/shipment-table.ts'

/** Returns a shipment as callers see it. */
export function toShipment({ flow: _flow, shippingMethod: _method, ...shipment }: StoredShipment): Shipment {
  return shipment
}
