import type { Sql } from 'banyan'
import type { Offer } from '../domain/quote.ts'
import { placeholders } from './placeholders.ts'

interface OfferRow {
  sku: string
  product_id: string
  product_title: string
  variant_title: string
  product_status: string
  variant_status: string
  unit_minor: number | null
  weight_grams: number
  requires_shipping: number
  tax_class: string
}

/** Reads what is offered. */
export function offerRecords(sql: Sql) {
  return {
    /** Offers of the known ones among `skus` in one currency; one query, because every order asks for it. */
    async bySkus(currency: string, skus: readonly string[]): Promise<Map<string, Offer>> {
      const rows = await sql.all<OfferRow>(
        `SELECT v.sku, v.product_id, p.title AS product_title, v.title AS variant_title, p.status AS product_status,
           v.status AS variant_status, r.amount_minor AS unit_minor, v.weight_grams, v.requires_shipping, p.tax_class
         FROM variant v JOIN product p ON p.id = v.product_id
         LEFT JOIN price r ON r.sku = v.sku AND r.currency = ? AND r.customer_group = '' AND r.min_quantity = 1 AND r.valid_to IS NULL
         WHERE v.sku IN (${placeholders(skus.length)})`,
        currency,
        ...skus,
      )
      return new Map(rows.map((row) => [row.sku, toOffer(row)]))
    },
  }
}

function toOffer(row: OfferRow): Offer {
  return {
    sku: row.sku,
    productId: row.product_id,
    productTitle: row.product_title,
    variantTitle: row.variant_title,
    sellable: row.product_status === 'active' && row.variant_status === 'active',
    unitMinor: row.unit_minor,
    weightGrams: row.weight_grams,
    requiresShipping: row.requires_shipping === 1,
    taxClass: row.tax_class,
  }
}
