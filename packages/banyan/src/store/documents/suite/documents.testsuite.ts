import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createRuntime } from '../../../kernel/runtime.ts'
import type { Store } from '../../store.ts'
import { rejectsWith, type StoreHarness } from '../../suite/store-harness.testsuite.ts'
import { type AnyCollection, collection } from '../collection.ts'
import { type DocumentBounds, type Documents, TEXT_LEFT_OUT } from '../documents.ts'
import { documents } from '../documents-variant.ts'
import { compareKeys, type Key, type KeyPart } from '../key.ts'

interface Item {
  readonly group: string
  readonly id: number
  readonly weight?: KeyPart | undefined
  readonly text?: string
}

const items = collection({
  name: 'item',
  key: ({ group, id }: Item) => [group, id],
  indexes: {
    weight: ({ weight }) => (weight === undefined ? undefined : [weight]),
    id: ({ id }) => [id],
  },
  large: ['text'],
})

const INDEXES = [undefined, 'weight', 'id'] as const

/** The conformance suite of the documents port: each promise D1–D8 of {@link Documents}. For adapters whose factory offers `documents`. */
export function testDocuments(harness: StoreHarness): void {
  testDocumentsThemselves(harness)
  testOrder(harness)
  testCalls(harness)
  testNewIndexes(harness)
}

type Body = (opened: {
  readonly store: Store<Documents>
  open(collections: readonly AnyCollection[]): Promise<Store<Documents>>
}) => Promise<void>

function promise(harness: StoreHarness, name: string, body: Body): void {
  test(`${harness.name}: ${name}`, async () => {
    await using place = await harness.createPlace()
    await using opened = new AsyncDisposableStack()
    const open = async (collections: readonly AnyCollection[]): Promise<Store<Documents>> => {
      const { migrations } = documents({ collections, repository: () => ({}) })
      const store = (await place.factory.open({ service: 'test', migrations, runtime: createRuntime() })) as Store<Documents>
      opened.defer(() => store.close())
      return store
    }
    await body({ store: await open([items]), open })
  })
}

const commit = async <T>(store: Store<Documents>, work: (documents: Documents) => Promise<T>): Promise<T> =>
  (await store.transaction((tx) => work(tx.database))).value
const read = <T>(store: Store<Documents>, work: (documents: Documents) => Promise<T>): Promise<T> => store.read((tx) => work(tx.database))

function testDocumentsThemselves(harness: StoreHarness): void {
  promise(harness, 'D1 a document comes back as it was put, and cannot be changed from outside', async ({ store }) => {
    const whole = { group: 'a', id: 1, list: [1, { deep: [null, true, 'ü\u{10ffff}'] }], __proto__: null, empty: {}, number: -0.5 }
    const given = structuredClone(whole) as Item & { list: unknown[] }
    await commit(store, async (documents) => {
      await documents.put(items, given)
      given.list.push('later')
      assert.deepEqual(await documents.get(items, ['a', 1]), structuredClone(whole))
    })
    const found = (await read(store, (documents) => documents.get(items, ['a', 1]))) as unknown as { list: [number, { deep: unknown[] }] }
    assert.throws(() => found.list[1].deep.push(1), TypeError)
    assert.throws(() => Object.assign(found, { id: 2 }), TypeError)
    assert.deepEqual(await read(store, (documents) => documents.get(items, ['a', 1])), structuredClone(whole))
    await commit(store, (documents) => documents.put(items, { group: 'b', id: 1, weight: undefined }))
    assert.deepEqual(
      await read(store, (documents) =>
        documents.getMany(items, [
          ['b', 1],
          ['none', 1],
        ]),
      ),
      [{ group: 'b', id: 1 }, undefined],
    )
  })

  const unstorable: Readonly<Record<string, unknown>> = {
    'a date': new Date(0),
    'a function': () => 1,
    NaN: Number.NaN,
    'a big integer': 1n,
    'a map': new Map(),
    'a text with NUL': 'a\0',
    'half a surrogate pair': '\ud800',
    bytes: new Uint8Array(1),
  }
  for (const [name, value] of Object.entries(unstorable))
    promise(harness, `D2 ${name} in a document is refused by the call that brings it`, async ({ store }) => {
      const refused = commit(store, async (documents) => {
        await documents.put(items, { group: 'before', id: 1 })
        await documents.put(items, { group: 'a', id: 1, text: { deep: [value] } as unknown as string })
      })
      await rejectsWith(refused, 'misuse', /document of item/)
      assert.equal(await read(store, (documents) => documents.count(items, {})), 0)
    })

  promise(harness, 'D2 keys, collections and indexes that cannot be are refused', async ({ store }) => {
    const stranger = collection({ name: 'stranger', key: ({ id }: Item) => [id] })
    const refused = (work: (documents: Documents) => Promise<unknown>, message: RegExp) => rejectsWith(read(store, work), 'misuse', message)
    await refused((documents) => documents.get(stranger, [1]), /collection stranger.*documents\(\{ collections/)
    await refused((documents) => documents.range(items, { index: 'none' as 'id', limit: 1 }), /no index none; it has weight, id/)
    await refused((documents) => documents.get(items, ['a\0', 1]), /NUL/)
    await refused((documents) => documents.range(items, { within: ['\ud800'], limit: 1 }), /surrogate/)
    await refused((documents) => documents.get(items, [Number.NaN]), /NaN/)
    await refused((documents) => documents.range(items, { limit: -1 }), /limit is -1/)
  })

  promise(harness, 'D7 texts of large fields are left out where they have more bytes than was said', async ({ store }) => {
    const text = 'ü'.repeat(10)
    await commit(store, (documents) => documents.put(items, { group: text, id: 1, text }, { group: 'b', id: 1, text: 'x' }))
    const texts = (textBytesMax: number) =>
      read(store, async (documents) => (await documents.range(items, { limit: 9, textBytesMax })).map((item) => [item.group, item.text]))
    assert.deepEqual(await texts(20), [
      ['b', 'x'],
      [text, text],
    ])
    assert.deepEqual(await texts(19), [
      ['b', 'x'],
      [text, TEXT_LEFT_OUT],
    ])
    const one = await read(store, (documents) => documents.get(items, [text, 1], { textBytesMax: 0 }))
    assert.deepEqual(one, { group: text, id: 1, text: TEXT_LEFT_OUT })
    assert.equal((await read(store, (documents) => documents.getMany(items, [[text, 1]], { textBytesMax: 0 })))[0]?.text, TEXT_LEFT_OUT)
  })
}

const part: fc.Arbitrary<KeyPart> = fc.oneof(
  fc.integer({ min: -2, max: 2 }),
  fc.constantFrom('', 'a', 'ab', '\uffff', '\u{10000}', 0.5, 1e15),
)
const item: fc.Arbitrary<Item> = fc.record(
  { group: fc.constantFrom('a', 'b', 'ab', ''), id: fc.integer({ min: -2, max: 2 }), weight: part },
  { requiredKeys: ['group', 'id'], noNullPrototype: true },
)
const bound = fc.option(fc.array(part, { maxLength: 2 }), { nil: undefined })
const bounds = fc.record({
  index: fc.constantFrom(...INDEXES),
  within: fc.array(part, { maxLength: 1 }),
  from: bound,
  after: bound,
  upTo: bound,
  before: bound,
})
const change = fc.record({ item, isRemoval: fc.boolean() })

function testOrder(harness: StoreHarness): void {
  promise(harness, 'D3 D4 ranges of keys and indexes are those of a sorted list, whatever was put and removed', async ({ store }) => {
    const runs = { numRuns: harness.randomRuns ?? 60 }
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 25 }), fc.array(bounds, { minLength: 1, maxLength: 6 }), async (changes, asked) => {
        const model = new Map<string, Item>()
        await commit(store, async (documents) => {
          await documents.remove(items, ...(await documents.range(items, { limit: 1_000 })).map(items.key))
          for (const { item: one, isRemoval } of changes) {
            const key = JSON.stringify(items.key(one))
            assert.equal(isRemoval ? await documents.remove(items, items.key(one)) : 1, isRemoval ? Number(model.has(key)) : 1)
            if (isRemoval) model.delete(key)
            else {
              model.set(key, one)
              await documents.put(items, one)
            }
          }
        })
        for (const each of asked) await assertRange(store, [...model.values()], each)
      }),
      runs,
    )
  })
}

async function assertRange(store: Store<Documents>, all: readonly Item[], asked: DocumentBounds<'weight' | 'id'>): Promise<void> {
  const expected = expectedOf(all, asked)
  await store.read(async ({ database }) => {
    assert.deepEqual(await database.range(items, { ...asked, limit: 1_000 }), expected, JSON.stringify(asked))
    assert.deepEqual(await database.range(items, { ...asked, limit: 2 }), expected.slice(0, 2))
    assert.deepEqual(await database.range(items, { ...asked, limit: 2, reverse: true }), expected.toReversed().slice(0, 2))
    assert.equal(await database.count(items, asked), expected.length)
    assert.equal(await database.count(items, { ...asked, limit: 1 }), Math.min(1, expected.length))
  })
}

/** The same by looking at everything. */
function expectedOf(all: readonly Item[], { index, within = [], from, after, upTo, before }: DocumentBounds<'weight' | 'id'>): Item[] {
  const placed = all.flatMap((one) => {
    const place = index === undefined ? [] : items.indexes[index](one)
    return place === undefined ? [] : [{ one, place: [...place, ...items.key(one)] }]
  })
  const isWithin = ({ place }: { readonly place: Key }): boolean => {
    if (order(place, within) !== 0) return false
    const rest = place.slice(within.length)
    const isAbove = after ? order(rest, after) > 0 : from === undefined || order(rest, from) >= 0
    return isAbove && (before ? order(rest, before) < 0 : upTo === undefined || order(rest, upTo) <= 0)
  }
  return placed
    .filter(isWithin)
    .toSorted((a, b) => compareKeys(a.place, b.place))
    .map(({ one }) => one)
}

/** By as many parts as the bound has. */
function order(place: Key, bound: Key): number {
  return compareKeys(place.slice(0, bound.length), bound)
}

function testCalls(harness: StoreHarness): void {
  promise(harness, 'D5 calls take effect in their order, awaited or not', async ({ store }) => {
    const seen = await commit(store, (documents) => {
      for (let count = 0; count < 50; count++)
        void documents.change(items, ['a', 1], (found) => ({ group: 'a', id: 1, weight: Number(found?.weight ?? 0) + 1 }))
      const before = documents.get(items, ['a', 1])
      void documents.remove(items, ['a', 1])
      const after = documents.get(items, ['a', 1])
      void documents.put(items, { group: 'a', id: 1, weight: 'last' })
      return Promise.all([before, after])
    })
    assert.deepEqual(
      seen.map((found) => found?.weight),
      [50, undefined],
    )
    assert.equal((await read(store, (documents) => documents.get(items, ['a', 1])))?.weight, 'last')
  })

  promise(harness, 'D5 a call that fails fails those behind it and the transaction, also when nobody looks', async ({ store }) => {
    let behind: unknown
    const failed = commit(store, async (documents) => {
      await documents.put(items, { group: 'a', id: 1 })
      void documents.put(items, { group: 'a\0', id: 1 })
      behind = await documents.get(items, ['a', 1]).catch((error: unknown) => error)
    })
    const error = await rejectsWith(failed, 'misuse', /NUL/)
    assert.equal(behind, error)
    assert.equal(await read(store, (documents) => documents.get(items, ['a', 1])), undefined)
  })

  promise(harness, 'D6 of a key there is one document', async ({ store }) => {
    await commit(store, (documents) => documents.add(items, { group: 'a', id: 1, weight: 1 }))
    await rejectsWith(
      commit(store, (documents) => documents.add(items, { group: 'a', id: 1 })),
      'misuse',
      /unique/,
    )
    await commit(store, async (documents) => {
      assert.equal(await documents.change(items, ['a', 1], () => undefined), undefined)
      assert.equal((await documents.get(items, ['a', 1]))?.weight, 1, 'undefined leaves it as it is')
      assert.deepEqual(await documents.change(items, ['a', 1], (found) => found && { ...found, weight: 2 }), {
        group: 'a',
        id: 1,
        weight: 2,
      })
      await documents.put(items, { group: 'a', id: 1, weight: 3 }, { group: 'a', id: 2, weight: 3 })
      assert.equal(await documents.count(items, { index: 'weight' }), 2)
      assert.equal(await documents.remove(items, ['a', 1], ['a', 2], ['a', 2], ['a', 3]), 2)
    })
    assert.equal(await read(store, (documents) => documents.count(items, { index: 'weight' })), 0)
  })

  promise(harness, 'D6 a change to another key is refused: it would leave two', async ({ store }) => {
    await commit(store, (documents) => documents.put(items, { group: 'a', id: 1 }))
    await rejectsWith(
      commit(store, (documents) => documents.change(items, ['a', 1], (found) => found && { ...found, id: 2 })),
      'misuse',
      /another key/,
    )
    assert.equal(await read(store, (documents) => documents.count(items, {})), 1)
  })
}

function testNewIndexes(harness: StoreHarness): void {
  promise(harness, 'D8 a new index is filled from the documents that are there, and kept from then on', async ({ store, open }) => {
    await commit(store, (documents) => documents.put(items, { group: 'b', id: 1 }, { group: 'a', id: 2 }, { group: 'c', id: 3 }))
    await store.close()
    const later = collection({
      ...items,
      indexes: { ...items.indexes, odd: ({ id, group }: Item) => (id % 2 === 0 ? undefined : [group]) },
    })
    const groups = (from: Store<Documents>) =>
      read(from, async (documents) => (await documents.range(later, { index: 'odd', limit: 9 })).map(({ group }) => group))
    const reopened = await open([later])
    assert.deepEqual(await groups(reopened), ['b', 'c'])
    await commit(reopened, async (documents) => {
      await documents.remove(later, ['b', 1])
      await documents.put(later, { group: 'a', id: 5 })
    })
    await reopened.close()
    assert.deepEqual(await groups(await open([later])), ['a', 'c'])
  })
}
