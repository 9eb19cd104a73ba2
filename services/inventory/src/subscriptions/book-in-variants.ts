import { bookIn } from '../book-in.ts'
import { on } from '../define.ts'

/** Creates stock items for the variants of a new product. */
export const bookInCreated = on('product.created', async ({ data }, { transaction, now }) => transaction((tx) => bookIn(tx, data, now())))

/** Creates stock items for variants that a product gained. */
export const bookInUpdated = on('product.updated', async ({ data }, { transaction, now }) => transaction((tx) => bookIn(tx, data, now())))
