import type { Quote } from '../contract.ts'
import { displayTitle } from './product.ts'

/** What is asked to be priced. */
export interface QuoteLine {
  readonly sku: string
  readonly quantity: number
}

/** A variant as it is offered in one currency. */
export interface Offer {
  readonly sku: string
  readonly productId: string
  readonly productTitle: string
  readonly variantTitle: string
  /** False for drafts and whatever is archived. */
  readonly sellable: boolean
  /** Null where the variant has no price in the currency. */
  readonly unitMinor: number | null
  readonly weightGrams: number
  readonly requiresShipping: boolean
  readonly taxClass: string
}

/** Priced lines, or the skus that cannot be priced and why; the gravest reason first. */
export type Quoted =
  | { readonly kind: 'quoted'; readonly quote: Quote }
  | { readonly kind: 'refused'; readonly reason: 'unknown_sku' | 'archived' | 'price_missing'; readonly skus: readonly string[] }

/** Prices lines, in the order asked for. Amounts stay exact: the contract bounds prices, quantities and lines. */
export function quoteLines(currency: string, lines: readonly QuoteLine[], offers: ReadonlyMap<string, Offer>): Quoted {
  const skusWhere = (test: (offer: Offer | undefined) => boolean) =>
    [...new Set(lines.map(({ sku }) => sku))].filter((sku) => test(offers.get(sku)))
  const unknown = skusWhere((offer) => offer === undefined)
  if (unknown.length > 0) return { kind: 'refused', reason: 'unknown_sku', skus: unknown }
  const archived = skusWhere((offer) => offer?.sellable === false)
  if (archived.length > 0) return { kind: 'refused', reason: 'archived', skus: archived }
  const unpriced = skusWhere((offer) => offer?.unitMinor === null)
  if (unpriced.length > 0) return { kind: 'refused', reason: 'price_missing', skus: unpriced }
  const quoted = lines.map((line) => quotedLine(line, offers.get(line.sku) as Offer))
  return { kind: 'quoted', quote: { currency, lines: quoted, subtotalMinor: quoted.reduce((sum, line) => sum + line.totalMinor, 0) } }
}

function quotedLine({ sku, quantity }: QuoteLine, offer: Offer): Quote['lines'][number] {
  const unitMinor = offer.unitMinor as number
  return {
    sku,
    productId: offer.productId,
    title: displayTitle(offer.productTitle, offer.variantTitle),
    quantity,
    unitMinor,
    totalMinor: unitMinor * quantity,
    weightGrams: offer.weightGrams,
    requiresShipping: offer.requiresShipping,
    taxClass: offer.taxClass,
  }
}
