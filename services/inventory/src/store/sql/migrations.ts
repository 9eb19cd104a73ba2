import type { SqlTables } from 'banyan'
import { MAIN_LOCATION } from '../repository.ts'

/**
 * Tables of inventory. `stock_movement` is append-only and explains every unit of `stock_item`;
 * its unique key makes each cause count once. Columns for backorders and safety stock are there for the deep shop.
 */
export const migrations: SqlTables<object>['migrations'] = [
  {
    id: '001-stock',
    sql: `
CREATE TABLE location (
  id TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL, country TEXT NOT NULL, priority INTEGER NOT NULL, active INTEGER NOT NULL);
INSERT INTO location (id, name, country, priority, active) VALUES ('${MAIN_LOCATION}', 'Main warehouse', 'DE', 1, 1);
CREATE TABLE stock_item (
  sku TEXT NOT NULL, location_id TEXT NOT NULL REFERENCES location (id),
  on_hand BIGINT NOT NULL, reserved BIGINT NOT NULL, safety_stock BIGINT NOT NULL,
  policy TEXT NOT NULL, backorder_limit BIGINT NOT NULL, restock_at BIGINT, version INTEGER NOT NULL, updated_at BIGINT NOT NULL,
  PRIMARY KEY (sku, location_id),
  CHECK (on_hand >= 0), CHECK (reserved >= 0), CHECK (reserved <= on_hand));
CREATE TABLE reservation (
  id TEXT NOT NULL, order_id TEXT NOT NULL PRIMARY KEY, status TEXT NOT NULL, flow TEXT NOT NULL,
  expires_at BIGINT, created_at BIGINT NOT NULL, version INTEGER NOT NULL);
CREATE INDEX reservation_hold ON reservation (expires_at) WHERE status = 'held';
CREATE TABLE reservation_line (
  order_id TEXT NOT NULL, sku TEXT NOT NULL, location_id TEXT NOT NULL, qty BIGINT NOT NULL CHECK (qty > 0),
  PRIMARY KEY (order_id, sku, location_id));
CREATE TABLE stock_movement (
  ref_id TEXT NOT NULL, ref_type TEXT NOT NULL, kind TEXT NOT NULL, sku TEXT NOT NULL, location_id TEXT NOT NULL,
  id TEXT NOT NULL, delta_on_hand BIGINT NOT NULL, delta_reserved BIGINT NOT NULL,
  reason TEXT NOT NULL, actor TEXT NOT NULL, at BIGINT NOT NULL,
  PRIMARY KEY (ref_id, ref_type, kind, sku, location_id));`,
  },
  {
    id: '002-movement-notes',
    sql: `
CREATE TABLE movement_note (movement_id TEXT NOT NULL PRIMARY KEY, note TEXT NOT NULL, noted_at BIGINT NOT NULL);
CREATE INDEX movement_note_age ON movement_note (noted_at);`,
  },
]
