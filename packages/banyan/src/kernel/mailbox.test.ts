import assert from 'node:assert/strict'
import { test } from 'node:test'
import { foldCase, mailboxOf } from './mailbox.ts'

test('case makes no difference', () => {
  for (const [one, other] of [
    ['Straße', 'STRASSE'],
    ['ΣΟΦΟΣ', 'σοφος'],
    ['Ǆ', 'ǆ'],
    ['ÖZIL', 'özil'],
  ] as const)
    assert.equal(foldCase(one), foldCase(other))
  assert.notEqual(foldCase('ı'), foldCase('i'))
})

test('a mailbox has one spelling', () => {
  assert.deepEqual(mailboxOf('Straße', 'Bücher.example'), { local: 'strasse', domain: 'xn--bcher-kva.example' })
  assert.deepEqual(mailboxOf('ada', 'no domain'), { local: 'ada', domain: '' })
})
