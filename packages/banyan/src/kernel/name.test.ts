import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertName, isTakenName, type NameForm, NAMES } from './name.ts'

const FORMS: [string, NameForm][] = Object.entries(NAMES)
const NEVER = [
  '',
  ' ',
  'a b',
  ' a',
  'a ',
  'a\n',
  'a\nb',
  'a\u0000',
  'a\u001b[31m',
  '\u200ba',
  'a/b',
  'a:b',
  '1a',
  '-a',
  '.',
  '..',
  'ä',
  '__proto__',
]

for (const [kind, form] of FORMS)
  test(`a name of the kind ${kind} is no text with blanks, controls or another meaning, and the message shows a right one`, () => {
    assertName('x', form.example, form)
    for (const name of [...NEVER, 'constructor', 'prototype', 'toString', 'then', 'hasOwnProperty', 'toJSON', undefined, null, 7, ['a']])
      assert.throws(
        () => assertName('timer of orders', name, form),
        { code: 'misuse', message: new RegExp(`^timer of orders .*"${form.example}"$`) },
        String(name),
      )
  })

test('only types of events have dots, and they must', () => {
  for (const [kind, form] of FORMS)
    if (kind === 'event') assert.throws(() => assertName('x', 'created', form), /must be dotted lower-case words/)
    else assert.throws(() => assertName('x', 'a.b', form), /must be/)
})

test('a name has a greatest length', () => {
  for (const [, form] of FORMS) {
    const longest = form.example + 'x'.repeat(form.lengthMax - form.example.length)
    assertName('x', longest, form)
    assert.throws(() => assertName('x', `${longest}x`, form), new RegExp(`at most ${form.lengthMax} characters`))
  }
})

test('a message is one line, however long the name is and whatever it holds', () => {
  assert.throws(
    () => assertName('timer', `a\n${'b'.repeat(1_000)}`, NAMES.part),
    ({ message }: Error) => !message.includes('\n') && message.length < 250,
  )
})

test('all that every object has is taken', () => {
  for (const name of Object.getOwnPropertyNames(Object.prototype)) assert.ok(isTakenName(name), name)
  assert.ok(!isTakenName('orders'))
})
