import type { Sql } from 'banyan'
import type { Price } from '../domain/product.ts'

/** A price that comes into force. */
export interface NewPrice extends Price {
  readonly id: string
  readonly sku: string
  /** Epoch milliseconds. */
  readonly validFrom: number
}

/** Writes prices. */
export function priceRecords(sql: Sql) {
  return {
    /** Closes the price in force, if there is one, and puts this one into force. */
    async replace({ id, sku, currency, amountMinor, compareAtMinor, validFrom }: NewPrice): Promise<void> {
      await sql.run(
        `UPDATE price SET valid_to = ? WHERE sku = ? AND currency = ? AND customer_group = '' AND min_quantity = 1 AND valid_to IS NULL`,
        validFrom,
        sku,
        currency,
      )
      await sql.run(
        `INSERT INTO price (id, sku, currency, amount_minor, compare_at_minor, customer_group, min_quantity, valid_from)
         VALUES (?, ?, ?, ?, ?, '', 1, ?)`,
        id,
        sku,
        currency,
        amountMinor,
        compareAtMinor,
        validFrom,
      )
    },
    /** Brings a product's lowest prices up to date; call it after its prices or variants changed. */
    async summarize(productId: string): Promise<void> {
      await sql.run('DELETE FROM product_price WHERE product_id = ?', productId)
      await sql.run(
        `INSERT INTO product_price (product_id, currency, amount_minor)
         SELECT v.product_id, r.currency, MIN(r.amount_minor) FROM variant v
         JOIN price r ON r.sku = v.sku AND r.customer_group = '' AND r.min_quantity = 1 AND r.valid_to IS NULL
         WHERE v.product_id = ? AND v.status = 'active' GROUP BY v.product_id, r.currency`,
        productId,
      )
    },
  }
}
