import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mailboxOf } from 'banyan/kernel'
import { canonicalTarget } from './target-limiter.ts'

const LAST_LETTER = 0x1ffff

test('all spellings of one account are one target', () => {
  const spellings = {
    'strasse@example.org': [
      'straße@example.org',
      'STRASSE@EXAMPLE.ORG',
      'STRAẞE@example.org',
      'ｓｔｒａｓｓｅ@example.org',
      'strasse＠ｅｘａｍｐｌｅ.org',
    ],
    'σοφοσ@example.org': ['ΣΟΦΟΣ@example.org', 'σοφος@example.org'],
    'fish@example.org': ['ﬁsh@example.org', ' fish@example.org ', 'fi\u200bsh@example.org', 'FI\u00adSH@Example.Org'],
    'a@xn--strae-oqa.de': ['a@straße.de', 'A@STRAẞE.DE', 'a@XN--STRAE-OQA.de'],
    'a@strasse.de': ['a@STRASSE.de'],
    'özil@xn--bcher-kva.example': ['o\u0308zil@bu\u0308cher.example', 'ÖZIL@BÜCHER.example'],
    ada: ['ADA', ' a d a', 'ａｄａ'],
    'ada@': ['ADA@', 'ada＠'],
  }
  for (const [expected, variants] of Object.entries(spellings))
    for (const variant of variants) assert.equal(canonicalTarget(variant), canonicalTarget(expected), variant)
})

test('whatever accounts hold for one mailbox is one target, of every letter', () => {
  for (let point = 0x21; point <= LAST_LETTER; point++) {
    const letter = String.fromCodePoint(point)
    const variants = [letter.toUpperCase(), letter.toLowerCase(), letter.normalize('NFKC'), mailboxOf(letter, '').local]
    for (const variant of variants)
      if (variant !== letter && mailboxOf(letter, '').local === mailboxOf(variant, '').local)
        assert.equal(canonicalTarget(`${variant}@a.org`), canonicalTarget(`${letter}@a.org`), `U+${point.toString(16)}`)
  }
})

test('an address of as many characters as mail takes is one target, in pieces or not', () => {
  const long = `${'ǖ'.repeat(240)}x@example.org`
  assert.equal(canonicalTarget(long.normalize('NFD')), canonicalTarget(long))
})
