import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ledgerEntries } from './ledger.ts'

test('every move balances, and a refund is the mirror of a capture', () => {
  const capture = ledgerEntries('capture', 'fake', 700)
  const refund = ledgerEntries('refund', 'fake', 700)
  for (const entries of [capture, refund])
    assert.equal(
      entries.reduce((sum, { debitMinor, creditMinor }) => sum + debitMinor - creditMinor, 0),
      0,
    )
  assert.deepEqual(capture[0], { account: 'provider:fake', debitMinor: 700, creditMinor: 0 })
  assert.deepEqual(refund[1], { account: 'provider:fake', debitMinor: 0, creditMinor: 700 })
})

test('holding and voiding move no money', () => {
  assert.deepEqual(ledgerEntries('authorize', 'fake', 700), [])
  assert.deepEqual(ledgerEntries('void', 'fake', 700), [])
})
