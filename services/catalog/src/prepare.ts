import type { ServiceContext } from 'banyan'
import type { CatalogContext, CatalogTransaction } from './define.ts'
import { initialStockOf } from './domain/variant-input.ts'
import { newProduct } from './operations/new-product.ts'
import { productFacts } from './operations/product-facts.ts'
import { writeParts } from './operations/write-product.ts'
import { demoCategories } from './seed/demo-categories.ts'
import { demoProducts } from './seed/demo-products.ts'

/** Name under which the store remembers that the demo catalog was planted; deleted products must not come back. */
const SEED_NAME = 'demo-catalog'

/** Products whose words are found in one transaction. */
const INDEXED_AT_ONCE = 200
/** So often the log says how far it is: every second or so. */
const INDEXED_BETWEEN_NEWS = 20_000

/** Readies the catalog: every product can be found by its words, and an empty one is filled with demo products where that is wanted. */
export async function prepare(context: ServiceContext): Promise<void> {
  await indexWords(context)
  await plant(context)
}

/** Indexes products of a version that kept no words. A start that is broken off goes on where it was; after the first there is nothing to do. */
async function indexWords({ checkpoint, log }: CatalogContext): Promise<void> {
  let products = 0
  let found: number
  do {
    found = await checkpoint((tx) => tx.products.indexWords(INDEXED_AT_ONCE))
    products += found
    if (found > 0 && products % INDEXED_BETWEEN_NEWS === 0)
      log.warn('indexing the words of products; the platform serves when all are done', { products })
  } while (found === INDEXED_AT_ONCE)
  if (products > 0) log.info('indexed the words of products', { products })
}

/** Fills an empty catalog with demo products at the first start, in one transaction: a crash leaves all of it or nothing. */
async function plant({ resources, checkpoint, now, id, log }: CatalogContext): Promise<void> {
  if (!resources.seed) return
  const planted = await checkpoint(async (tx) => {
    if (!(await tx.products.isEmpty()) || !(await tx.products.markSeeded(SEED_NAME, now()))) return false
    await plantCategories(tx, id)
    for (const input of demoProducts) await plantProduct(tx, { input, id, now: now() })
    return true
  })
  if (planted) log.info('planted the demo catalog', { products: demoProducts.length })
}

async function plantCategories(tx: CatalogTransaction, id: () => string): Promise<void> {
  const ids = new Map(demoCategories.map(({ slug }) => [slug, id()]))
  for (const [position, { slug, name, parent }] of demoCategories.entries())
    await tx.categories.insert({ id: ids.get(slug) as string, parentId: (parent && ids.get(parent)) ?? null, slug, name, position })
}

interface Planting {
  readonly input: (typeof demoProducts)[number]
  readonly id: () => string
  readonly now: number
}

async function plantProduct(tx: CatalogTransaction, { input, id, now }: Planting): Promise<void> {
  const product = newProduct(input, id(), now)
  await tx.products.insert(product)
  await writeParts(tx, { product, id }, { unknownCategory: broken, skuTaken: broken })
  tx.emit('product.created', productFacts(product, initialStockOf(input.variants)))
}

function broken(names: string[]): never {
  throw new Error(`the demo catalog contradicts itself at ${names.join(', ')}`)
}
