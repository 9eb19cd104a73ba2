import assert from 'node:assert/strict'
import { test } from 'node:test'
import { prepareShop } from './growth.ts'
import { measureSearches, SEARCHES } from './searches.ts'

test('searches that must look at every product are answered, and the shop says meanwhile that it is alive', async () => {
  using prepared = await prepareShop()
  const [figures] = await measureSearches({ prepared, products: 3_000 }, 1)
  assert.equal(figures?.found, SEARCHES)
  assert.ok(figures.searchesMs > 0 && figures.liveAnswers > 0, JSON.stringify(figures))
  assert.ok(
    figures.liveP50Ms > 0 && figures.liveP50Ms <= figures.liveP99Ms && figures.liveP99Ms <= figures.liveMsMax,
    JSON.stringify(figures),
  )
})
