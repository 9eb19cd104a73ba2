import { operation } from '../define.ts'

/** Lists all categories in the order the shop shows them. */
export const categories = operation('categories', async (_input, { read }) => ({
  items: await read((tx) => tx.categories.all()),
  nextCursor: null,
}))
