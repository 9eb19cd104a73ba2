import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Candidate, selectRecommendations } from './select.ts'

function aCandidate(productId: string, overrides: Partial<Candidate> = {}): Candidate {
  return { sku: `${productId}-1`, productId, slug: productId, title: productId, category: '', reason: 'trending', score: 1, ...overrides }
}

function chosen(candidates: readonly Candidate[], limit: number, excluded: readonly string[] = []): string[] {
  return selectRecommendations(candidates, { limit, excludedProducts: new Set(excluded) }).map(({ sku }) => sku)
}

test('takes each product once, in its best place', () => {
  const candidates = [aCandidate('a'), aCandidate('b'), aCandidate('a', { sku: 'a-2' })]
  assert.deepEqual(chosen(candidates, 5), ['a-1', 'b-1'])
})

test('leaves out what the visitor has', () => {
  assert.deepEqual(chosen([aCandidate('a'), aCandidate('b')], 5, ['a']), ['b-1'])
})

test('gives half of the places to one category at most while others are there', () => {
  const coffee = ['a', 'b', 'c'].map((id) => aCandidate(id, { category: 'coffee' }))
  assert.deepEqual(chosen([...coffee, aCandidate('d', { category: 'desk' })], 4), ['a-1', 'b-1', 'd-1', 'c-1'])
  assert.deepEqual(chosen(coffee, 3), ['a-1', 'b-1', 'c-1'])
})
