import type { Sql } from 'banyan'
import type { Shipment, ShipmentStatus, ShippingAddress } from '../contract.ts'

/** A shipment as stored. */
export interface StoredShipment extends Omit<Shipment, 'createdAt'> {
  readonly createdAt: number
  readonly shippingMethod: string
  readonly flow: string
}

/** Shipments by order. */
export interface ShipmentTable {
  find(orderId: string): Promise<StoredShipment | undefined>
  /** Inserts a shipment; returns false when the order has one. */
  insert(shipment: StoredShipment): Promise<boolean>
  save(shipment: StoredShipment, at: number): Promise<void>
  insertDestination(orderId: string, address: ShippingAddress): void
  eraseDestination(orderId: string): Promise<void>
}

interface ShipmentRow {
  readonly order_id: string
  readonly id: string
  readonly user_id: string
  readonly status: ShipmentStatus
  readonly flow: string
  readonly shipping_method: string
  readonly carrier: string
  readonly service: string
  readonly tracking_number: string | null
  readonly lines: string
  readonly created_at: number
  readonly version: number
}

/** Number of the only parcel of an order. */
const ONLY_PARCEL = 1

const INSERT = `INSERT INTO shipment (order_id, number, id, user_id, status, flow, shipping_method, carrier, service, tracking_number, lines,
  created_at, updated_at, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (order_id, number) DO NOTHING`

/** Opens the table within a transaction or snapshot. */
export function shipmentTable(sql: Sql): ShipmentTable {
  return {
    async find(orderId) {
      const row = await sql.get<ShipmentRow>('SELECT * FROM shipment WHERE order_id = ? AND number = ?', orderId, ONLY_PARCEL)
      return row && toShipment(row)
    },
    insert: async (s) =>
      (await sql.run(
        INSERT,
        s.orderId,
        ONLY_PARCEL,
        s.id,
        s.userId,
        s.status,
        s.flow,
        s.shippingMethod,
        s.carrier,
        s.service,
        s.trackingNumber,
        JSON.stringify(s.lines),
        s.createdAt,
        s.createdAt,
        s.version,
      )) === 1,
    async save({ orderId, status, trackingNumber, version }, at) {
      await sql.run(
        'UPDATE shipment SET status = ?, tracking_number = ?, updated_at = ?, version = ? WHERE order_id = ? AND number = ?',
        status,
        trackingNumber,
        at,
        version,
        orderId,
        ONLY_PARCEL,
      )
    },
    async eraseDestination(orderId) {
      await sql.run('DELETE FROM destination WHERE order_id = ?', orderId)
    },
    insertDestination(orderId, address) {
      sql.write(
        'INSERT INTO destination (order_id, address) VALUES (?, ?) ON CONFLICT (order_id) DO NOTHING',
        orderId,
        JSON.stringify(address),
      )
    },
  }
}

function toShipment(row: ShipmentRow): StoredShipment {
  return {
    id: row.id,
    orderId: row.order_id,
    userId: row.user_id,
    status: row.status,
    flow: row.flow,
    shippingMethod: row.shipping_method,
    carrier: row.carrier,
    service: row.service,
    trackingNumber: row.tracking_number,
    lines: JSON.parse(row.lines) as Shipment['lines'],
    createdAt: row.created_at,
    version: row.version,
  }
}
