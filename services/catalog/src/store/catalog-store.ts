import { type Sql, store, type RepositoryOf } from 'banyan'
import { categoryRecords } from './category-records.ts'
import { offerRecords } from './offer-records.ts'
import { priceRecords } from './price-records.ts'
import { productList } from './product-list.ts'
import { productReader } from './product-reader.ts'
import { productWordFiller } from './product-words.ts'
import { productWriter } from './product-writer.ts'
import { migrations } from './tables.ts'
import { variantRecords } from './variant-records.ts'

/** Words in which handlers speak of the tables. */
export const catalogStore = store({
  migrations,
  repository: (sql: Sql) => ({
    categories: categoryRecords(sql),
    offers: offerRecords(sql),
    prices: priceRecords(sql),
    products: { ...productReader(sql), ...productWriter(sql), ...productList(sql), ...productWordFiller(sql) },
    variants: variantRecords(sql),
  }),
})

/** What handlers find on a transaction and on a snapshot. */
export type CatalogRepository = RepositoryOf<typeof catalogStore>
