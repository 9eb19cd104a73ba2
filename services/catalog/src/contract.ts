import { ID_LENGTH_MAX } from 'banyan/contract'
import { command, contract, event, query, type Static, Text, Timestamp, Type, Version } from 'banyan'

/** States of a product. Deleting one archives it: orders and events keep referring to it. */
export const PRODUCT_STATUSES = ['draft', 'active', 'archived'] as const
/** Orders in which products can be listed. */
export const PRODUCT_SORTS = ['newest', 'title', 'price', '-price'] as const
/** Currency of filters and answers where the caller names none. */
export const DEFAULT_CURRENCY = 'EUR'
/** Highest price in minor units. */
export const PRICE_MINOR_MAX = 4_000_000_000
/** Units of one line at most, of a quote, an order, a reservation and a parcel alike. */
export const QUANTITY_MAX = 9_999
/** Lines at most, of the same. */
export const LINES_MAX = 100
/** What the lines of one quote may cost together: still an exact integer. What an order may cost is bounded by what can be paid. */
export const SUBTOTAL_MINOR_MAX = PRICE_MINOR_MAX * QUANTITY_MAX * LINES_MAX
/** Weight of one unit at most: ten tonnes. */
export const WEIGHT_GRAMS_MAX = 10_000_000
/** Variants of one product at most, also after a change that adds some. */
export const VARIANTS_MAX = 100
/** Prices of one variant at most, one a currency, also after a change that adds some. */
export const PRICES_MAX = 20
/** Lists that are answered at once: a search may take seconds, and whoever makes up such searches is not to hold what all others need. */
export const LISTS_MAX = 100
/** Characters of a title at most. */
export const TITLE_LENGTH_MAX = 200

/** Stock keeping unit: names one variant for ever. */
export const Sku = Text.id({ pattern: '^[A-Za-z0-9][A-Za-z0-9._-]*$' })
/** ISO 4217 code. */
export const Currency = Type.String({ pattern: '^[A-Z]{3}$' })
/** An amount in the smallest unit of its currency, e.g. cents. */
export const Minor = Type.Integer({ minimum: 0, maximum: PRICE_MINOR_MAX })

/** Characters of a slug at most; products are found by id or slug, so it is no shorter than an id. */
const SLUG_LENGTH_MAX = 120
/** Bytes that one character of a title takes at most in JSON, e.g. `\u0007`: an earlier release took titles with controls. */
const JSON_BYTES_PER_CHARACTER_MAX = 6
/** A cursor holds the sort, the last title and its id as JSON in base64url. */
export const LIST_CURSOR_LENGTH_MAX = Math.ceil(((TITLE_LENGTH_MAX * JSON_BYTES_PER_CHARACTER_MAX + ID_LENGTH_MAX + 32) * 4) / 3)

const ProductId = Text.id()
const Slug = Text.id({ max: SLUG_LENGTH_MAX, pattern: '^[a-z0-9]+(-[a-z0-9]+)*$' })
const Title = Text.line({ max: TITLE_LENGTH_MAX })
const TaxClass = Text.id({ max: 60 })
const Status = Type.Enum([...PRODUCT_STATUSES])
const OptionalText = Type.Union([Type.String(), Type.Null()])
/** Name of an option or an attribute. */
const Label = Text.line({ max: 60 })
const Options = Type.Record(Type.String(), Text.line({ max: 120 }), { propertyNames: Label, maxProperties: 10 })
const Attributes = Type.Record(Type.String(), Type.Union([Text.prose({ max: 500 }), Type.Number(), Type.Boolean()]), {
  propertyNames: Label,
  maxProperties: 50,
})
const Media = Type.Array(Type.Object({ url: Text.token({ max: 2_000 }), alt: Text.line({ min: 0, max: 300 }) }), { maxItems: 20 })
const Categories = Type.Array(Slug, { maxItems: 10, uniqueItems: true })

const Price = Type.Object({ currency: Currency, amountMinor: Minor, compareAtMinor: Type.Union([Minor, Type.Null()]) })

/** A sellable form of a product. */
export const Variant = Type.Object({
  sku: Sku,
  title: Type.String(),
  options: Options,
  weightGrams: Type.Integer(),
  requiresShipping: Type.Boolean(),
  status: Type.Enum(['active', 'archived']),
  /** The prices in force now, one a currency. */
  prices: Type.Array(Price),
})
export type Variant = Static<typeof Variant>

/** A product. `sku` and `price` are its first variant's, for lists that show one line a product. */
export const Product = Type.Object({
  id: ProductId,
  slug: Slug,
  sku: Sku,
  title: Type.String(),
  description: Type.String(),
  status: Status,
  brand: OptionalText,
  categories: Type.Array(Slug),
  attributes: Attributes,
  media: Media,
  taxClass: Type.String(),
  price: Type.Union([Price, Type.Null()]),
  variants: Type.Array(Variant),
  createdAt: Timestamp,
  updatedAt: Timestamp,
  version: Version,
})
export type Product = Static<typeof Product>

const VariantInput = Type.Object({
  sku: Sku,
  title: Type.Optional(Title),
  options: Type.Optional(Options),
  weightGrams: Type.Integer({ minimum: 0, maximum: WEIGHT_GRAMS_MAX }),
  requiresShipping: Type.Optional(Type.Boolean()),
  prices: Type.Array(Type.Object({ currency: Currency, amountMinor: Minor, compareAtMinor: Type.Optional(Minor) }), {
    minItems: 1,
    maxItems: PRICES_MAX,
  }),
  /** Units that inventory books in when the variant is new. */
  initialStock: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000 })),
})
const ProductFields = {
  title: Title,
  slug: Type.Optional(Slug),
  description: Type.Optional(Text.prose({ max: 10_000 })),
  brand: Type.Optional(Type.Union([Text.line({ max: 120 }), Type.Null()])),
  categories: Type.Optional(Categories),
  attributes: Type.Optional(Attributes),
  media: Type.Optional(Media),
  taxClass: Type.Optional(TaxClass),
}
/** A product to be created. */
export const NewProduct = Type.Object({
  ...ProductFields,
  status: Type.Optional(Type.Enum(['draft', 'active'])),
  variants: Type.Array(VariantInput, { minItems: 1, maxItems: VARIANTS_MAX }),
})
export type NewProduct = Static<typeof NewProduct>

/** A change of a product: given fields replace, absent ones stay. A variant whose sku is new is added; no variant is removed. */
export const ProductChange = Type.Object({
  ...ProductFields,
  id: ProductId,
  version: Version,
  title: Type.Optional(Title),
  status: Type.Optional(Status),
  variants: Type.Optional(Type.Array(VariantInput, { minItems: 1, maxItems: VARIANTS_MAX })),
})
export type ProductChange = Static<typeof ProductChange>

const ProductFilter = Type.Object({
  q: Type.Optional(
    Text.line({
      min: 0,
      max: 100,
      description:
        'Beginnings of words, in any order, that must all be found in title, brand, description, or a variant: six of them count. Case and accents do not matter; what is neither letter nor digit parts words.',
    }),
  ),
  category: Type.Optional(Slug),
  minPrice: Type.Optional(Minor),
  maxPrice: Type.Optional(Minor),
  currency: Type.Optional(Currency),
  status: Type.Optional(Status),
  sort: Type.Optional(Type.Enum([...PRODUCT_SORTS])),
  cursor: Type.Optional(Text.token({ max: LIST_CURSOR_LENGTH_MAX })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
})
const Category = Type.Object({ id: Type.String(), parentId: OptionalText, slug: Slug, name: Type.String(), position: Type.Integer() })

const QuoteRequest = Type.Object({
  currency: Currency,
  lines: Type.Array(Type.Object({ sku: Sku, quantity: Type.Integer({ minimum: 1, maximum: QUANTITY_MAX }) }), {
    minItems: 1,
    maxItems: LINES_MAX,
  }),
})
const QuotedLine = Type.Object({
  sku: Sku,
  productId: ProductId,
  title: Type.String(),
  quantity: Type.Integer(),
  unitMinor: Type.Integer(),
  totalMinor: Type.Integer(),
  /** Of one unit. */
  weightGrams: Type.Integer(),
  requiresShipping: Type.Boolean(),
  taxClass: Type.String(),
})
/** Lines with the prices in force, in the order asked for. */
export const Quote = Type.Object({ currency: Currency, lines: Type.Array(QuotedLine), subtotalMinor: Type.Integer() })
export type Quote = Static<typeof Quote>

const Skus = Type.Object({ skus: Type.Array(Sku) })
const writeErrors = {
  slug_taken: Type.Object({ slug: Type.String() }),
  sku_taken: Skus,
  unknown_category: Type.Object({ categories: Type.Array(Type.String()) }),
}

/** What others need to know of a product: enough to keep stock, to show an order line and to recommend. */
const ProductFacts = Type.Object({
  productId: ProductId,
  version: Version,
  status: Status,
  slug: Type.String(),
  title: Type.String(),
  categories: Type.Array(Slug),
  /** `initialStock` counts only where the sku is new to the reader. */
  variants: Type.Array(Type.Object({ sku: Sku, title: Type.String(), initialStock: Type.Integer({ minimum: 0 }) })),
})

/** Catalog: products, their variants and prices. Stock is inventory's matter. */
export const catalog = contract('catalog', {
  schemas: { Product, Variant, Price, NewProduct, ProductChange, Category, Quote },
  operations: {
    list: query('GET /api/products', {
      summary: 'Products that are for sale, searched, filtered and sorted',
      input: ProductFilter,
      output: Type.Object({ items: Type.Array(Product), nextCursor: OptionalText }),
      access: 'public',
      concurrencyMax: LISTS_MAX,
    }),
    get: query('GET /api/products/:idOrSlug', {
      summary: 'One product by id or slug',
      input: Type.Object({ idOrSlug: Text.id({ max: SLUG_LENGTH_MAX }) }),
      output: Product,
      access: 'public',
    }),
    create: command('POST /api/products', {
      summary: 'Creates a product with its variants and prices',
      input: NewProduct,
      output: Product,
      access: { roles: ['admin'] },
      created: '/api/products/:id',
      errors: writeErrors,
    }),
    update: command('PUT /api/products/:id', {
      summary: 'Changes the given fields, adds variants, changes prices',
      input: ProductChange,
      output: Product,
      access: { roles: ['admin'] },
      ifMatch: 'version',
      errors: { ...writeErrors, illegal_transition: Type.Object({ from: Status, to: Status, allowed: Type.Array(Status) }) },
    }),
    archive: command('DELETE /api/products/:id', {
      summary: 'Takes a product off sale for good or until it is made active again',
      input: Type.Object({ id: ProductId }),
      output: Type.Null(),
      access: { roles: ['admin'] },
      idempotency: 'none',
      status: 204,
    }),
    categories: query('GET /api/categories', {
      summary: 'All categories',
      input: Type.Object({}),
      output: Type.Object({ items: Type.Array(Category), nextCursor: OptionalText }),
      access: 'public',
    }),
    quote: query('POST /api/catalog/quotes', {
      summary: 'Prices of order lines, as they are now',
      input: QuoteRequest,
      output: Quote,
      access: 'internal',
      errors: { unknown_sku: Skus, archived: Skus, price_missing: Skus },
    }),
  },
  events: {
    'product.created': event({ key: 'productId', data: ProductFacts }),
    'product.updated': event({ key: 'productId', data: ProductFacts }),
    'product.archived': event({ key: 'productId', data: ProductFacts }),
    'price.changed': event({
      key: 'sku',
      data: Type.Object({
        sku: Sku,
        productId: ProductId,
        currency: Currency,
        oldMinor: Type.Union([Minor, Type.Null()]),
        newMinor: Minor,
        /** Epoch milliseconds. */
        validFrom: Type.Integer(),
      }),
    }),
  },
})
