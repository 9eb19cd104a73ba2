import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { StoredStock } from '../store/repository.ts'
import { LOOKED_AT_MAX, LOW_AT_MOST, lowStock } from './low-stock.ts'

test('finds what runs low in the order of skus, page by page', async () => {
  const { stock } = stockOf(1_700, (number) => number % 100 === 7)
  const first = await lowStock(stock, '', 10)
  assert.deepEqual(first?.map(({ sku }) => sku).slice(0, 2), ['SKU-00007', 'SKU-00107'])
  assert.equal(first?.length, 10)
  const rest = await lowStock(stock, first?.at(-1)?.sku ?? '', 10)
  assert.deepEqual(
    rest?.map(({ sku }) => sku),
    Array.from({ length: 7 }, (_, index) => `SKU-0${10 + index}07`),
  )
})

test('a full page is enough, however many items there are', async () => {
  const { stock, seen } = stockOf(100_000, (number) => number % 10 === 0)
  assert.equal((await lowStock(stock, '', 50))?.length, 50)
  assert.equal(seen(), 500)
})

test('looks at so many items and no more while others wait', async () => {
  const { stock, seen } = stockOf(100_000, (number) => number === 3)
  assert.equal(await lowStock(stock, '', 50), undefined)
  assert.equal(seen(), LOOKED_AT_MAX)
})

/** Items of which some have as few units as are low, and the others one more. */
function stockOf(count: number, isLow: (number: number) => boolean) {
  let seen = 0
  const page = async (after: string, limit: number): Promise<StoredStock[]> => {
    const from = after === '' ? 0 : Number(after.slice(4)) + 1
    const numbers = Array.from({ length: Math.max(0, Math.min(limit, count - from)) }, (_, index) => from + index)
    seen += numbers.length
    return numbers.map((number) => ({
      sku: `SKU-${String(number).padStart(5, '0')}`,
      locationId: 'main',
      onHand: 10,
      reserved: 0,
      safetyStock: 0,
      available: LOW_AT_MOST + (isLow(number) ? 0 : 1),
      version: 1,
      updatedAt: 0,
    }))
  }
  return { stock: { page }, seen: () => seen }
}
