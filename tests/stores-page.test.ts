import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { storesPage } from '../scripts/stores-page/page.ts'

test('the page of stores is made from what the adapters declare', () => {
  assert.equal(readFileSync(path.resolve(import.meta.dirname, '../docs/stores.md'), 'utf8'), storesPage(), 'run: npm run stores-page')
})
