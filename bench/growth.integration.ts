import assert from 'node:assert/strict'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { runBanyan } from '../tests/support/banyan-command.ts'
import { STRICT_AUDIT } from '../tests/support/strict-audit.ts'
import { copyShop, measureGrowth, prepareShop } from './growth.ts'
import { removeAll } from './growth-retention.ts'
import { parkEvents, seedOrders, seedProducts, usedBytes } from './growth-seed.ts'

test('a shop with seeded products, orders and parked events passes its audit and goes on selling', async () => {
  using prepared = await prepareShop()
  using copy = copyShop(prepared)
  seedProducts(copy.path, prepared.template, 300)
  seedOrders(copy.path, prepared.template, 300)
  parkEvents(copy.path, prepared.template, 50)
  assert.equal(strayWords(copy.path), 0, 'products are found by the words they have')
  const environment = { BANYAN_DATA: copy.path, ...STRICT_AUDIT }
  const before = await runBanyan(['audit'], { environment })
  assert.equal(before.code, 0, before.output + before.errors)

  const { orders, answers } = await measureGrowth(copy.path, 20, 1)
  assert.deepEqual(orders[0]?.failures, {})
  assert.ok(Object.values(answers).every((ms) => ms > 0))
  const full = usedBytes(copy.path)
  await removeAll(copy.path)
  assert.ok(usedBytes(copy.path) < full, 'retention frees something')
  const after = await runBanyan(['audit'], { environment })
  assert.equal(after.code, 0, after.output + after.errors)
})

/** Rows of the index of words that its product does not say, and words of products that the index has not. */
function strayWords(directory: string): number {
  const database = new DatabaseSync(path.join(directory, 'catalog.db'), { readOnly: true })
  const products = database.prepare('SELECT id, search_text FROM product').all()
  const said = new Set(products.flatMap((row) => words(row['search_text']).map((word) => `${String(row['id'])} ${word}`)))
  const indexed = new Set(
    database
      .prepare(`SELECT product_id || ' ' || word AS pair FROM product_word`)
      .all()
      .map((row) => String(row['pair'])),
  )
  database.close()
  return said.symmetricDifference(indexed).size
}

function words(text: unknown): string[] {
  return String(text).split(' ').filter(Boolean)
}
