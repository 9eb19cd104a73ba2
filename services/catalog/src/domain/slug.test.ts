import assert from 'node:assert/strict'
import { test } from 'node:test'
import { slugOf } from './slug.ts'

test('makes readable slugs of titles in any spelling', () => {
  assert.equal(slugOf('Crème brûlée, 2 pcs'), 'creme-brulee-2-pcs')
  assert.equal(slugOf('  Chef’s Knife '), 'chef-s-knife')
})

test('falls back where nothing readable is left', () => {
  assert.equal(slugOf('日本'), 'product')
})

test('stays within its length and never ends in a dash', () => {
  const slug = slugOf(`${'a'.repeat(79)} b`)
  assert.equal(slug, 'a'.repeat(79))
})
