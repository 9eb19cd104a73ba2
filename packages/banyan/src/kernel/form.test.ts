import assert from 'node:assert/strict'
import { test } from 'node:test'
import { onlyOptions, partsOf } from './form.ts'

interface Options {
  readonly uses?: string
  readonly listens?: string
}
const OPTIONS = partsOf<Options>({ uses: true, listens: true })
// @ts-expect-error a part of the type that the list lacks
partsOf<Options>({ uses: true })
// @ts-expect-error a part that the type does not have
partsOf<Options>({ uses: true, listens: true, use: true })

test('takes the parts of the type, and names what was meant by another', () => {
  onlyOptions('options', {}, OPTIONS)
  onlyOptions('options', { uses: undefined, listens: 'a' }, OPTIONS)
  assert.throws(() => onlyOptions('options', { uses: 'a', listen: 'a' }, OPTIONS), {
    code: 'misuse',
    message: 'options has "listen", which is none of uses, listens; did you mean "listens"?',
  })
  assert.throws(() => onlyOptions('options', { resources: 1 }, OPTIONS), { message: /none of uses, listens; leave it out$/ })
  for (const value of [null, [], 'a', () => {}])
    assert.throws(() => onlyOptions('options', value, OPTIONS), /give an object with uses, listens/)
})
