import type { SqlTables } from 'banyan'

/**
 * Tables of orders. Numbers of orders are counted by a row, because they must have no gaps. Personal data stands in `order_pii` and
 * `order_note` alone, so that it can be erased without touching what accounting needs.
 */
export const migrations: SqlTables<object>['migrations'] = [
  {
    id: '001-orders',
    sql: `
CREATE TABLE customer_order (
  id TEXT NOT NULL PRIMARY KEY, order_number BIGINT UNIQUE, user_id TEXT NOT NULL, status TEXT NOT NULL, payment_status TEXT NOT NULL,
  fulfilment_status TEXT NOT NULL, settled INTEGER NOT NULL, flow TEXT NOT NULL, currency TEXT NOT NULL,
  subtotal_minor BIGINT NOT NULL, discount_minor BIGINT NOT NULL, tax_minor BIGINT NOT NULL, shipping_minor BIGINT NOT NULL,
  total_minor BIGINT NOT NULL, shipping_method TEXT NOT NULL, policy TEXT NOT NULL, country TEXT NOT NULL, failure TEXT,
  placed_at BIGINT NOT NULL, confirmed_at BIGINT, updated_at BIGINT NOT NULL, version INTEGER NOT NULL,
  CHECK (total_minor = subtotal_minor - discount_minor + tax_minor + shipping_minor));
CREATE INDEX customer_order_user ON customer_order (user_id, id);
CREATE INDEX customer_order_pending ON customer_order (placed_at) WHERE status = 'pending';
CREATE TABLE order_line (
  order_id TEXT NOT NULL, line_number INTEGER NOT NULL, sku TEXT NOT NULL, product_id TEXT NOT NULL, title TEXT NOT NULL,
  quantity BIGINT NOT NULL CHECK (quantity > 0), unit_minor BIGINT NOT NULL, total_minor BIGINT NOT NULL,
  PRIMARY KEY (order_id, line_number));
CREATE TABLE order_pii (order_id TEXT NOT NULL PRIMARY KEY, address TEXT NOT NULL, payment_provider TEXT NOT NULL, payment_token TEXT NOT NULL);
CREATE TABLE order_counter (name TEXT NOT NULL PRIMARY KEY, last BIGINT NOT NULL);
INSERT INTO order_counter (name, last) VALUES ('order_number', 0);`,
  },
  {
    id: '002-cancelling',
    sql: `CREATE INDEX customer_order_cancelling ON customer_order (updated_at) WHERE status = 'cancelling';`,
  },
  {
    id: '003-notes-and-quotas',
    sql: `
CREATE TABLE order_note (order_id TEXT NOT NULL PRIMARY KEY, note TEXT NOT NULL, noted_at BIGINT NOT NULL);
CREATE INDEX order_note_age ON order_note (noted_at);
CREATE INDEX customer_order_open ON customer_order (user_id) WHERE settled = 0;
CREATE INDEX customer_order_called_off ON customer_order (user_id, updated_at) WHERE status IN ('cancelling', 'cancelled');`,
  },
  {
    // a page of a customer's orders of one status is read as it stands; a page of all of them is put together from one of each status
    id: '004-orders-by-status',
    sql: `
DROP INDEX customer_order_user;
CREATE INDEX customer_order_user ON customer_order (user_id, status, id);`,
  },
]
