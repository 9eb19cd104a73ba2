import { operation } from '../define.ts'
import { quoteLines } from '../domain/quote.ts'

/** Prices order lines as they are now. */
export const quote = operation('quote', async ({ currency, lines }, { read, fail }) => {
  const skus = [...new Set(lines.map(({ sku }) => sku))]
  const offers = await read((tx) => tx.offers.bySkus(currency, skus))
  const quoted = quoteLines(currency, lines, offers)
  return quoted.kind === 'quoted' ? quoted.quote : fail(quoted.reason, { skus: [...quoted.skus] })
})
