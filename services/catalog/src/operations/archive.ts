import { operation } from '../define.ts'
import { productFacts } from './product-facts.ts'
import { noSuchProduct, outdated } from './write-product.ts'

/** Takes a product off sale. One that is off sale already stays so. */
export const archive = operation('archive', async (input, { transaction, now }) =>
  transaction(async (tx) => {
    const before = await tx.products.byId(input.id)
    if (!before) throw noSuchProduct()
    if (before.status === 'archived') return null
    const product = { ...before, status: 'archived' as const, updatedAt: now(), version: before.version + 1 }
    if (!(await tx.products.update(product))) throw outdated(before.version)
    tx.emit('product.archived', productFacts(product))
    return null
  }),
)
