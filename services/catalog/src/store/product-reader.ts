import type { Sql } from 'banyan'
import type { Price, ProductRecord, ProductVariant } from '../domain/product.ts'
import type { ProductStatus } from '../domain/product-status.ts'
import { filledUp, placeholders } from './placeholders.ts'

/** A product's own row. */
export interface ProductRow {
  id: string
  slug: string
  title: string
  description: string
  status: ProductStatus
  brand: string | null
  attributes: string
  media: string
  tax_class: string
  created_at: number
  updated_at: number
  version: number
}

interface VariantRow {
  product_id: string
  sku: string
  title: string
  options: string
  weight_grams: number
  requires_shipping: number
  status: 'active' | 'archived'
}

interface PriceRow {
  sku: string
  currency: string
  amount_minor: number
  compare_at_minor: number | null
}

/** Reads single products. */
export function productReader(sql: Sql) {
  return {
    async byId(id: string): Promise<ProductRecord | undefined> {
      return (await wholeProducts(sql, await sql.all<ProductRow>('SELECT * FROM product WHERE id = ?', id)))[0]
    },
    async bySlug(slug: string): Promise<ProductRecord | undefined> {
      return (await wholeProducts(sql, await sql.all<ProductRow>('SELECT * FROM product WHERE slug = ?', slug)))[0]
    },
    /** Id of the product with this slug. */
    async idOfSlug(slug: string): Promise<string | undefined> {
      return (await sql.get<{ id: string }>('SELECT id FROM product WHERE slug = ?', slug))?.id
    },
    async isEmpty(): Promise<boolean> {
      return (await sql.get('SELECT id FROM product LIMIT 1')) === undefined
    },
  }
}

/** Completes rows of one page: three queries, however many products. Keeps their order. */
export async function wholeProducts(sql: Pick<Sql, 'all'>, rows: readonly ProductRow[]): Promise<ProductRecord[]> {
  if (rows.length === 0) return []
  const ids = filledUp(rows.map(({ id }) => id))
  const list = placeholders(ids.length)
  const variants = await sql.all<VariantRow>(`SELECT * FROM variant WHERE product_id IN (${list}) ORDER BY position, sku`, ...ids)
  const prices = await sql.all<PriceRow>(
    `SELECT r.sku, r.currency, r.amount_minor, r.compare_at_minor FROM price r JOIN variant v ON v.sku = r.sku
     WHERE v.product_id IN (${list}) AND r.customer_group = '' AND r.min_quantity = 1 AND r.valid_to IS NULL ORDER BY r.currency`,
    ...ids,
  )
  const categories = await sql.all<{ product_id: string; slug: string }>(
    `SELECT m.product_id, c.slug FROM product_category m JOIN category c ON c.id = m.category_id
     WHERE m.product_id IN (${list}) ORDER BY m.position`,
    ...ids,
  )
  const pricesOf = Map.groupBy(prices, ({ sku }) => sku)
  const variantsOf = Map.groupBy(variants, (variant) => variant.product_id)
  const categoriesOf = Map.groupBy(categories, (category) => category.product_id)
  return rows.map((row) => ({
    ...toProduct(row),
    categories: (categoriesOf.get(row.id) ?? []).map(({ slug }) => slug),
    variants: (variantsOf.get(row.id) ?? []).map((variant) => toVariant(variant, (pricesOf.get(variant.sku) ?? []).map(toPrice))),
  }))
}

function toProduct(row: ProductRow): Omit<ProductRecord, 'categories' | 'variants'> {
  return {
    id: row.id,
    slug: row.slug,
    title: row.title,
    description: row.description,
    status: row.status,
    brand: row.brand,
    attributes: JSON.parse(row.attributes) as ProductRecord['attributes'],
    media: JSON.parse(row.media) as ProductRecord['media'],
    taxClass: row.tax_class,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    version: row.version,
  }
}

function toVariant(row: VariantRow, prices: readonly Price[]): ProductVariant {
  const options = JSON.parse(row.options) as Record<string, string>
  const { sku, title, status } = row
  return { sku, title, options, weightGrams: row.weight_grams, requiresShipping: row.requires_shipping === 1, status, prices }
}

function toPrice({ currency, amount_minor: amountMinor, compare_at_minor: compareAtMinor }: PriceRow): Price {
  return { currency, amountMinor, compareAtMinor }
}
