import { command, contract, event, query, type Static, Type } from 'banyan'

/** States of a product. Deleting one archives it: orders and events keep referring to it. */
export const PRODUCT_STATUSES = ['draft', 'active', 'archived'] as const
/** Orders in which products can be listed. */
export const PRODUCT_SORTS = ['newest', 'title', 'price', '-price'] as const
/** Currency of filters and answers where the caller names none. */
export const DEFAULT_CURRENCY = 'EUR'
/** Highest price: times {@link QUANTITY_MAX} times {@link QUOTE_LINES_MAX} it is still an exact integer. */
export const PRICE_MINOR_MAX = 4_000_000_000
/** Units of one line at most. */
export const QUANTITY_MAX = 10_000
/** Lines of one quote at most. */
export const QUOTE_LINES_MAX = 200

/** Stock keeping unit: names one variant for ever. */
export const Sku = Type.String({ minLength: 1, maxLength: 64, pattern: '^[A-Za-z0-9][A-Za-z0-9._-]*$' })
/** ISO 4217 code. */
export const Currency = Type.String({ pattern: '^[A-Z]{3}$' })
/** An amount in the smallest unit of its currency, e.g. cents. */
export const Minor = Type.Integer({ minimum: 0, maximum: PRICE_MINOR_MAX })

const ProductId = Type.String({ minLength: 1, maxLength: 64 })
const Slug = Type.String({ minLength: 1, maxLength: 120, pattern: '^[a-z0-9]+(-[a-z0-9]+)*$' })
const Title = Type.String({ minLength: 1, maxLength: 200 })
const Status = Type.Enum([...PRODUCT_STATUSES])
const OptionalText = Type.Union([Type.String(), Type.Null()])
const Options = Type.Record(Type.String({ maxLength: 60 }), Type.String({ maxLength: 120 }), { maxProperties: 10 })
const Attributes = Type.Record(
  Type.String({ maxLength: 60 }),
  Type.Union([Type.String({ maxLength: 500 }), Type.Number(), Type.Boolean()]),
  {
    maxProperties: 50,
  },
)
const Media = Type.Array(Type.Object({ url: Type.String({ maxLength: 2_000 }), alt: Type.String({ maxLength: 300 }) }), { maxItems: 20 })
const Categories = Type.Array(Slug, { maxItems: 10, uniqueItems: true })
const Version = Type.Integer({ minimum: 1 })

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
  createdAt: Type.String(),
  updatedAt: Type.String(),
  version: Version,
})
export type Product = Static<typeof Product>

const VariantInput = Type.Object({
  sku: Sku,
  title: Type.Optional(Title),
  options: Type.Optional(Options),
  weightGrams: Type.Integer({ minimum: 0, maximum: 10_000_000 }),
  requiresShipping: Type.Optional(Type.Boolean()),
  prices: Type.Array(Type.Object({ currency: Currency, amountMinor: Minor, compareAtMinor: Type.Optional(Minor) }), {
    minItems: 1,
    maxItems: 20,
  }),
  /** Units that inventory books in when the variant is new. */
  initialStock: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000 })),
})
const ProductFields = {
  title: Title,
  slug: Type.Optional(Slug),
  description: Type.Optional(Type.String({ maxLength: 10_000 })),
  brand: Type.Optional(Type.Union([Type.String({ maxLength: 120 }), Type.Null()])),
  categories: Type.Optional(Categories),
  attributes: Type.Optional(Attributes),
  media: Type.Optional(Media),
  taxClass: Type.Optional(Type.String({ minLength: 1, maxLength: 60 })),
}
/** A product to be created. */
export const NewProduct = Type.Object({
  ...ProductFields,
  status: Type.Optional(Type.Enum(['draft', 'active'])),
  variants: Type.Array(VariantInput, { minItems: 1, maxItems: 100 }),
})
export type NewProduct = Static<typeof NewProduct>

/** A change of a product: given fields replace, absent ones stay. A variant whose sku is new is added; no variant is removed. */
export const ProductChange = Type.Object({
  ...ProductFields,
  id: ProductId,
  version: Version,
  title: Type.Optional(Title),
  status: Type.Optional(Status),
  variants: Type.Optional(Type.Array(VariantInput, { minItems: 1, maxItems: 100 })),
})
export type ProductChange = Static<typeof ProductChange>

const ProductFilter = Type.Object({
  q: Type.Optional(
    Type.String({
      maxLength: 100,
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
  cursor: Type.Optional(Type.String({ maxLength: 500 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
})
const Category = Type.Object({ id: Type.String(), parentId: OptionalText, slug: Slug, name: Type.String(), position: Type.Integer() })

const QuoteRequest = Type.Object({
  currency: Currency,
  lines: Type.Array(Type.Object({ sku: Sku, quantity: Type.Integer({ minimum: 1, maximum: QUANTITY_MAX }) }), {
    minItems: 1,
    maxItems: QUOTE_LINES_MAX,
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
  operations: {
    list: query('GET /api/products', {
      summary: 'Products that are for sale, searched, filtered and sorted',
      input: ProductFilter,
      output: Type.Object({ items: Type.Array(Product), nextCursor: OptionalText }),
      access: 'public',
    }),
    get: query('GET /api/products/:idOrSlug', {
      summary: 'One product by id or slug',
      input: Type.Object({ idOrSlug: Type.String({ minLength: 1, maxLength: 120 }) }),
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
