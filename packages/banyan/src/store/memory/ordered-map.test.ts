import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compareKeys, compareToCut, type Cut, type Key } from '../documents/key.ts'
import { OrderedMap } from './ordered-map.ts'

const part = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constantFrom('', 'a', 'ab', 'b', '\uffff', '\u{10000}'))
const key: fc.Arbitrary<Key> = fc.array(part, { maxLength: 3 })
const cut: fc.Arbitrary<Cut> = fc.record({ parts: key, side: fc.constantFrom('before', 'behind') })
const change = fc.record({ key, isRemoval: fc.boolean() })

/** What the map must be like: a sorted list. */
type Model = readonly { readonly key: Key; readonly value: number }[]

function changed(model: Model, { key, isRemoval }: { readonly key: Key; readonly isRemoval: boolean }, value: number): Model {
  const others = model.filter((entry) => compareKeys(entry.key, key) !== 0)
  return isRemoval ? others : [...others, { key, value }].toSorted((a, b) => compareKeys(a.key, b.key))
}

const FIRST: Cut = { parts: [], side: 'before' }
const LAST: Cut = { parts: [], side: 'behind' }
const plain = <V>(entries: Iterable<{ readonly key: Key; readonly value: V }>) => [...entries].map((entry) => [entry.key, entry.value])

test('a map is like a sorted list, and every earlier version stays as it was', () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 60 }), fc.array(fc.tuple(cut, cut), { maxLength: 8 }), (changes, cuts) => {
      let model: Model = []
      let map = new OrderedMap<number>()
      const versions = [{ model, map }]
      for (const [value, each] of changes.entries()) {
        model = changed(model, each, value)
        map = each.isRemoval ? map.remove(each.key) : map.set(each.key, value)
        versions.push({ model, map })
      }
      for (const version of versions) assertAlike(version.map, version.model, cuts)
    }),
  )
})

function assertAlike(map: OrderedMap<number>, model: Model, cuts: readonly (readonly [Cut, Cut])[]): void {
  assert.equal(map.size, model.length)
  assert.deepEqual(plain(map.between(FIRST, LAST)), plain(model))
  for (const entry of model) assert.equal(map.get(entry.key), entry.value)
  for (const [low, high] of cuts) {
    const within = model.filter((entry) => compareToCut(entry.key, low) > 0 && compareToCut(entry.key, high) < 0)
    assert.deepEqual(plain(map.between(low, high)), plain(within))
    assert.deepEqual(plain(map.betweenReversed(low, high)), plain(within.toReversed()))
    assert.equal(map.rank(low), model.filter((entry) => compareToCut(entry.key, low) < 0).length)
  }
}

test('keys are in order whatever they are made of', () => {
  fc.assert(
    fc.property(key, key, key, (a, b, c) => {
      assert.equal(Math.sign(compareKeys(a, b)) + Math.sign(compareKeys(b, a)), 0)
      if (compareKeys(a, b) <= 0 && compareKeys(b, c) <= 0) assert.ok(compareKeys(a, c) <= 0)
    }),
  )
  const texts = ['\u{10ffff}', 'é', 'e', '\uffff', '\ue000', '\u{10000}', '']
  const bytes = (text: string) => Buffer.from(text)
  assert.deepEqual(
    texts.toSorted((a, b) => compareKeys([a], [b])),
    texts.toSorted((a, b) => Buffer.compare(bytes(a), bytes(b))),
    'as the bytes of UTF-8 are',
  )
})

test('a map stays flat, in whatever order it is filled and emptied', () => {
  const count = 20_000
  let map = new OrderedMap<number>()
  for (let n = 0; n < count; n++) map = map.set([n], n)
  let steps = 0
  const counting = new Proxy([count / 2] as Key, { get: (target, name) => (name === '0' && steps++, Reflect.get(target, name)) })
  assert.equal(map.get(counting), count / 2)
  assert.ok(steps <= 21, `${steps} steps to one of ${count}`)
  for (let n = 0; n < count; n += 2) map = map.remove([n])
  assert.equal(map.size, count / 2)
  assert.equal(map.rank({ parts: [1_000], side: 'before' }), 500)
})
