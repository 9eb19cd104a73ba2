import type { Shipment, ShippingAddress } from './contract.ts'
import type { ShippingTransaction } from './define.ts'
import { carrierOf } from './domain/rates.ts'
import { trackingNumber } from './domain/shipment.ts'
import type { StoredShipment } from './store/shipment-table.ts'

// Owns: how a shipment begins. Invariants: I1 an order has one shipment for ever; I2 a shipment called back, also before it began, stays so.

/** What is to be shipped where. */
export interface Consignment {
  readonly orderId: string
  readonly userId: string
  readonly shippingMethod: string
  readonly lines: Shipment['lines']
}

/** Facts of a new row. */
export interface NewRow {
  readonly id: string
  readonly at: number
  readonly flow: string
}

/** Returns a shipment that waits for its label. */
export function newShipment({ orderId, userId, shippingMethod, lines }: Consignment, { id, at, flow }: NewRow): StoredShipment {
  const { carrier, service } = carrierOf(shippingMethod)
  return {
    id,
    orderId,
    userId,
    status: 'pending',
    flow,
    shippingMethod,
    carrier,
    service,
    trackingNumber: null,
    lines,
    createdAt: at,
    version: 1,
  }
}

/** Returns what is kept of a shipment that was called back before it began. */
export function tombstone(orderId: string, row: NewRow): StoredShipment {
  return { ...newShipment({ orderId, userId: '', shippingMethod: '', lines: [] }, row), status: 'cancelled' }
}

/** Inserts a shipment with its label and its destination, and says so; returns the one that stands when there is one (I1). */
export async function dispatch(tx: ShippingTransaction, shipment: StoredShipment, address: ShippingAddress): Promise<StoredShipment> {
  const labelled = withLabel(shipment)
  if (!(await tx.shipments.insert(labelled)))
    return label(tx, (await tx.shipments.find(shipment.orderId)) as StoredShipment, shipment.createdAt)
  tx.shipments.insertDestination(shipment.orderId, address)
  emitCreated(tx, labelled)
  return labelled
}

/** Gives a waiting shipment its label; any other stays as it is (I2). */
export async function label(tx: ShippingTransaction, shipment: StoredShipment, at: number): Promise<StoredShipment> {
  if (shipment.status !== 'pending') return shipment
  const labelled = { ...withLabel(shipment), version: shipment.version + 1 }
  await tx.shipments.save(labelled, at)
  emitCreated(tx, labelled)
  return labelled
}

function withLabel(shipment: StoredShipment): StoredShipment {
  return { ...shipment, status: 'label_created', trackingNumber: trackingNumber(shipment.id) }
}

function emitCreated(
  tx: ShippingTransaction,
  { id: shipmentId, orderId, lines, carrier, service, trackingNumber: number, flow }: StoredShipment,
): void {
  tx.emit('shipment.created', { shipmentId, orderId, lines, carrier, service, trackingNumber: number ?? '', flow })
}
