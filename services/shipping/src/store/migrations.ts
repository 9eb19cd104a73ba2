import type { SqlTables } from 'banyan'

/**
 * Tables of shipping. `number` counts the parcels of an order; there is one until orders are shipped in parts.
 * Addresses stand apart from shipments, so that they can be erased alone.
 */
export const migrations: SqlTables<object>['migrations'] = [
  {
    id: '001-shipments',
    sql: `
CREATE TABLE shipment (
  order_id TEXT NOT NULL, number INTEGER NOT NULL, id TEXT NOT NULL, user_id TEXT NOT NULL, status TEXT NOT NULL, flow TEXT NOT NULL,
  shipping_method TEXT NOT NULL, carrier TEXT NOT NULL, service TEXT NOT NULL, tracking_number TEXT, lines TEXT NOT NULL,
  created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL, version INTEGER NOT NULL,
  PRIMARY KEY (order_id, number));
CREATE TABLE destination (
  order_id TEXT NOT NULL PRIMARY KEY, address TEXT NOT NULL);`,
  },
  {
    id: '002-unused-destinations',
    sql: `CREATE INDEX shipment_unused ON shipment (created_at) WHERE flow = 'choreography' AND status = 'pending';`,
  },
]
