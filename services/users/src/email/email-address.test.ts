import assert from 'node:assert/strict'
import { test } from 'node:test'
import { emailShown, parseEmail, readEmail } from './email-address.ts'

function key(text: string): string | undefined {
  return readEmail(text)?.key
}

test('spellings of one mailbox have one key', () => {
  const spellings = {
    'ada@example.org': ['ADA@Example.ORG', ' ada@example.org ', 'ａｄａ@example.org', 'ada@ｅｘａｍｐｌｅ.org', 'ada＠example.org'],
    'özil@xn--bcher-kva.example': [
      'o\u0308zil@bücher.example',
      'ÖZIL@BU\u0308CHER.example',
      'özil@xn--bcher-kva.example',
      'özil@XN--BCHER-KVA.example',
    ],
    'strasse@example.org': ['Straße@example.org', 'STRASSE@example.org', 'STRAẞE@example.org'],
    'σοφοσ@example.org': ['ΣΟΦΟΣ@example.org', 'σοφος@example.org'],
    'fish@example.org': ['ﬁsh@example.org'],
  }
  for (const [expected, variants] of Object.entries(spellings))
    for (const variant of variants) assert.equal(key(variant), expected, variant)
})

test('mailboxes that only look alike stay apart', () => {
  const apart = [
    'admin@example.org',
    'admın@example.org',
    'аdmin@example.org',
    'ad.min@example.org',
    'admin+a@example.org',
    'admin@example.com',
  ]
  assert.equal(new Set(apart.map(key)).size, apart.length)
})

test('refuses what is no address, or hides something', () => {
  const bad = [
    'ada',
    '@example.org',
    'ada@',
    'ada@example',
    'ada@.org',
    'ada@example.',
    'ada@ex ample.org',
    'a@b@example.org',
    'a＠evil.org@example.org',
    'ad\u200ba@example.org',
    'ada@exam\u200dple.org',
    'ada\u202e@example.org',
    'a\u00adda@example.org',
    'ada\u0000@example.org',
    'ada@example.org\n.evil.org',
    'ada\ufeffb@example.org',
    'ada@127.1',
    'ada@0x7f.1',
    'ada@[::1]',
    'ada@-example.org',
    'ada\ud800@example.org',
    `${'a'.repeat(250)}@example.org`,
  ]
  for (const text of bad) assert.equal(readEmail(text), undefined, JSON.stringify(text))
})

test('is shown as it is written, in lower case', () => {
  assert.equal(readEmail('Özil@Bücher.example')?.shown, 'özil@bücher.example')
})

test('takes a dot-atom before the @, in bytes that mail servers take', () => {
  const taken = [
    "o'brien+tag@example.org",
    "!#$%&'*+-/=?^_`{|}~@example.org",
    'ünï@example.org',
    `${'a'.repeat(64)}@example.org`,
    `${'ö'.repeat(32)}@example.org`,
  ]
  for (const text of taken) assert.ok(readEmail(text), text)
  const specials = Array.from('"(),:;<>[]\\\uff0c\uff1a\uff1b\uff1c\uff1e\uff08\uff09\uff3b\uff3d\uff3c\uff02')
  for (const special of [...specials, ' '])
    for (const text of [`a${special}b@example.org`, `${special}@example.org`, `ab@exam${special}ple.org`])
      assert.equal(readEmail(text), undefined, JSON.stringify(text))
  const refused = [
    '.ada@example.org',
    'ada.@example.org',
    'a..b@example.org',
    'a\u2024.b@example.org',
    'a\u2025b@example.org',
    '"ada"@example.org',
    '"a@b"@example.org',
  ]
  const long = [
    `${'a'.repeat(65)}@example.org`,
    `${'ö'.repeat(33)}@example.org`,
    `${'a'.repeat(60)}@${'bcdefghi.'.repeat(22)}org`,
    `${'ﬃ'.repeat(22)}@example.org`,
  ]
  for (const text of [...refused, ...long]) assert.equal(readEmail(text), undefined, text)
  assert.ok(readEmail(`${'a'.repeat(52)}@${'bcdefghi.'.repeat(22)}org`), '254 bytes')
})

test('says what an address must be', () => {
  const said = { code: 'invalid_argument', message: /no quotes, brackets, commas.*at most 64 bytes before the @ and 254 in all/ }
  assert.throws(() => parseEmail('"ada"@example.org'), said)
})

test('an account whose address is none by the rules of today is found by the key that it has', () => {
  for (const text of ['A,da@Example.org', '"ada"@example.org', 'a..b@example.org']) {
    assert.equal(readEmail(text), undefined)
    assert.equal(emailShown(text).key, text.toLowerCase())
  }
  assert.equal(emailShown('nobody').key, '?nobody')
})
