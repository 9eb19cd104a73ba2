import assert from 'node:assert/strict'
import { test } from 'node:test'
import { priceOrder, type QuotedLine, weightGramsOf } from './price-order.ts'

function aLine(overrides: Partial<QuotedLine> = {}): QuotedLine {
  return {
    sku: 'mug',
    productId: 'p1',
    title: 'Mug',
    quantity: 2,
    unitMinor: 450,
    totalMinor: 900,
    weightGrams: 300,
    requiresShipping: true,
    ...overrides,
  }
}

test('an order costs its lines and the shipping', () => {
  const price = priceOrder([aLine(), aLine({ sku: 'cap', quantity: 1, totalMinor: 450 })], 390)
  assert.deepEqual([price.subtotalMinor, price.shippingMinor, price.totalMinor], [1_350, 390, 1_740])
  assert.deepEqual(
    price.lines.map(({ lineId, sku }) => [lineId, sku]),
    [
      ['1', 'mug'],
      ['2', 'cap'],
    ],
  )
})

test('only what is shipped has weight', () => {
  assert.equal(weightGramsOf([aLine(), aLine({ requiresShipping: false })]), 600)
})
