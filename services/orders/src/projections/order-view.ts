import type { Sql, SqlValue } from 'banyan'
import { projection } from '../define.ts'

// Owns: orders as people want to see them, joined from the events of five services. Events of different services come in any order, so each
// handler writes only what its event says, and creates the row when it is the first.

/** Orders with users, products, payments and shipments. */
export const orderView = projection('order-view', {
  tables: (t) => [
    `CREATE TABLE ${t('orders')} (order_id TEXT NOT NULL PRIMARY KEY, version INTEGER, document TEXT, status TEXT, payment_status TEXT,
      fulfilment_status TEXT, settled INTEGER, order_number BIGINT, confirmed_at BIGINT, failure TEXT,
      payment_id TEXT, authorized_minor BIGINT, captured_minor BIGINT, refunded_minor BIGINT, shipment TEXT, shipment_status TEXT)`,
    `CREATE TABLE ${t('users')} (user_id TEXT NOT NULL PRIMARY KEY, status TEXT NOT NULL)`,
    `CREATE TABLE ${t('products')} (product_id TEXT NOT NULL PRIMARY KEY, title TEXT NOT NULL)`,
  ],
  on: {
    'order.created': ({ data: { policy: _policy, country: _country, ...order } }, sql, t) =>
      put(sql, t('orders'), order.orderId, {
        version: order.version,
        document: JSON.stringify(order),
        status: 'pending',
        payment_status: 'pending',
        fulfilment_status: 'unfulfilled',
        settled: 0,
      }),
    'order.confirmed': ({ data: { orderId, orderNumber, version }, time }, sql, t) =>
      put(sql, t('orders'), orderId, {
        version,
        status: 'confirmed',
        payment_status: 'authorized',
        order_number: orderNumber,
        confirmed_at: time,
      }),
    'order.settled': ({ data: { orderId, version } }, sql, t) =>
      put(sql, t('orders'), orderId, { version, payment_status: 'captured', fulfilment_status: 'fulfilled', settled: 1 }),
    'order.rejected': ({ data: { orderId, reason, detail, version } }, sql, t) =>
      put(sql, t('orders'), orderId, {
        version,
        status: 'rejected',
        payment_status: reason === 'payment_declined' ? 'failed' : 'voided',
        settled: 1,
        failure: JSON.stringify(detail ?? { reason }),
      }),
    'order.cancel.requested': ({ data: { orderId, reason, version } }, sql, t) =>
      put(sql, t('orders'), orderId, { version, status: 'cancelling', settled: 0, failure: JSON.stringify({ reason }) }),
    'order.cancel.refused': ({ data: { orderId, version } }, sql, t) =>
      sql.write(
        `UPDATE ${t('orders')} SET version = ?, status = 'confirmed', failure = NULL,
         settled = CASE WHEN payment_status = 'captured' THEN 1 ELSE 0 END WHERE order_id = ?`,
        version,
        orderId,
      ),
    'order.cancelled': ({ data: { orderId, voidedMinor, refundedMinor, version } }, sql, t) =>
      sql.write(
        `UPDATE ${t('orders')} SET version = ?, status = 'cancelled', settled = 1, payment_status = ?,
         fulfilment_status = CASE WHEN fulfilment_status = 'fulfilled' THEN 'returned' ELSE 'unfulfilled' END WHERE order_id = ?`,
        version,
        refundedMinor > 0 ? 'refunded' : voidedMinor > 0 ? 'voided' : 'none',
        orderId,
      ),
    'payment.authorized': ({ data: { orderId, paymentId, amountMinor } }, sql, t) =>
      put(sql, t('orders'), orderId, { payment_id: paymentId, authorized_minor: amountMinor, captured_minor: 0, refunded_minor: 0 }),
    'payment.completed': ({ data: { orderId, capturedTotalMinor } }, sql, t) =>
      put(sql, t('orders'), orderId, { captured_minor: capturedTotalMinor }),
    'payment.refunded': ({ data: { orderId, refundedTotalMinor } }, sql, t) =>
      put(sql, t('orders'), orderId, { refunded_minor: refundedTotalMinor }),
    'payment.voided': ({ data: { orderId } }, sql, t) => put(sql, t('orders'), orderId, { authorized_minor: 0 }),
    'shipment.created': ({ data: { orderId, shipmentId, carrier, service, trackingNumber } }, sql, t) =>
      put(sql, t('orders'), orderId, {
        shipment: JSON.stringify({ shipmentId, carrier, service, trackingNumber }),
        shipment_status: 'label_created',
      }),
    'shipment.cancelled': ({ data: { orderId } }, sql, t) => put(sql, t('orders'), orderId, { shipment_status: 'cancelled' }),
    'user.registered': ({ data: { userId, status } }, sql, t) => keepUser(sql, t('users'), userId, status),
    'user.updated': ({ data: { userId, status } }, sql, t) => keepUser(sql, t('users'), userId, status),
    'user.disabled': ({ data: { userId, status } }, sql, t) => keepUser(sql, t('users'), userId, status),
    'product.created': ({ data: { productId, title } }, sql, t) => keepProduct(sql, t('products'), productId, title),
    'product.updated': ({ data: { productId, title } }, sql, t) => keepProduct(sql, t('products'), productId, title),
  },
})

/** Writes some columns of an order's row, whether or not it is there. */
function put(sql: Sql, table: string, orderId: string, values: Readonly<Record<string, SqlValue>>): void {
  const columns = Object.keys(values)
  sql.write(
    `INSERT INTO ${table} (order_id, ${columns.join(', ')}) VALUES (?${', ?'.repeat(columns.length)})
     ON CONFLICT (order_id) DO UPDATE SET ${columns.map((column) => `${column} = excluded.${column}`).join(', ')}`,
    orderId,
    ...Object.values(values),
  )
}

function keepUser(sql: Sql, table: string, userId: string, status: string): void {
  sql.write(
    `INSERT INTO ${table} (user_id, status) VALUES (?, ?) ON CONFLICT (user_id) DO UPDATE SET status = excluded.status`,
    userId,
    status,
  )
}

function keepProduct(sql: Sql, table: string, productId: string, title: string): void {
  sql.write(
    `INSERT INTO ${table} (product_id, title) VALUES (?, ?) ON CONFLICT (product_id) DO UPDATE SET title = excluded.title`,
    productId,
    title,
  )
}
