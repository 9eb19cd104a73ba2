import { DEFAULT_CURRENCY } from '../contract.ts'
import { operation } from '../define.ts'
import { maySeeUnsold } from './may-see-unsold.ts'
import { toProduct } from './to-product.ts'
import { noSuchProduct } from './write-product.ts'

/** Returns one product. Drafts are the staff's; archived products stay readable, because orders lead to them. */
export const get = operation('get', async ({ idOrSlug }, { read, principal }) => {
  const product = await read(async (tx) => (await tx.products.byId(idOrSlug)) ?? tx.products.bySlug(idOrSlug))
  if (!product || (product.status === 'draft' && !maySeeUnsold(principal))) throw noSuchProduct()
  return toProduct(product, DEFAULT_CURRENCY)
})
