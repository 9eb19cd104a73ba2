import assert from 'node:assert/strict'
import { test } from 'node:test'
import { schemaCheck } from 'banyan/contract'
import { NewProduct } from '../contract.ts'
import { toVariants } from '../domain/variant-input.ts'
import { demoCategories } from './demo-categories.ts'
import { demoProducts } from './demo-products.ts'

test('is a catalog that the contract would accept', () => {
  for (const product of demoProducts) {
    assert.ok(schemaCheck(NewProduct).fits(product), product.title)
    assert.ok(toVariants(product.variants).every((variant) => variant.prices.every(({ amountMinor }) => amountMinor > 0)))
  }
})

test('names each sku once and only categories that exist', () => {
  const skus = demoProducts.flatMap(({ variants }) => variants.map(({ sku }) => sku))
  assert.equal(new Set(skus).size, skus.length)
  const slugs = new Set(demoCategories.map(({ slug }) => slug))
  for (const { categories = [] } of demoProducts) assert.ok(categories.every((slug) => slugs.has(slug)))
})
