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

/** Fills an empty catalog with demo products at the first start, in one transaction: a crash leaves all of it or nothing. */
export async function prepare(context: ServiceContext): Promise<void> {
  const { resources, checkpoint, now, id, log }: CatalogContext = context
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
