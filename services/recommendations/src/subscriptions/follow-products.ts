import type { catalog } from '@shop/catalog/contract'
import type { EventData } from 'banyan/contract'
import { on } from '../define.ts'
import type { OfferedProduct } from '../store/offered-records.ts'

type ProductFacts = EventData<(typeof catalog.events)['product.created']>

/** Learns of new products. */
export const followNewProduct = on('product.created', async ({ data, time }, { transaction }) =>
  transaction((tx) => tx.offered.save(offered(data, time))),
)

/** Learns of changed products, also of those that are on sale again. */
export const followChangedProduct = on('product.updated', async ({ data, time }, { transaction }) =>
  transaction((tx) => tx.offered.save(offered(data, time))),
)

/** Stops recommending what is off sale. */
export const followArchivedProduct = on('product.archived', async ({ data, time }, { transaction }) =>
  transaction((tx) => tx.offered.save(offered(data, time))),
)

function offered({ productId, slug, title, categories, status, variants }: ProductFacts, createdAt: number): OfferedProduct {
  return { productId, slug, title, category: categories[0] ?? '', status, skus: variants.map(({ sku }) => sku), createdAt }
}
