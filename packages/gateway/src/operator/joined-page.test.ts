import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Text, Type } from 'banyan'
import { KEY_LENGTH_MAX } from 'banyan/contract'
import { joinedPage, type JoinedLists } from './joined-page.ts'

interface Row {
  readonly id: string
}

/** Services whose ids interleave, one of which is in two of them. */
const IDS: Readonly<Record<string, readonly string[]>> = {
  payments: ['b', 'd', 'h~1', 'same'],
  orders: ['a', 'c', 'e', 'g%', 'same'],
  shipping: [],
  users: ['f'],
}

function lists(limit: number, after: string | undefined, ids = IDS): JoinedLists<Row> {
  return {
    services: Object.keys(ids),
    after,
    limit,
    read: async (service, place, rows) =>
      (ids[service] ?? [])
        .filter((id) => place === undefined || id > (place[0] ?? ''))
        .slice(0, rows)
        .map((id) => ({ id })),
    placeOf: ({ id }) => [id],
    place: Type.Tuple([Text.raw({ max: KEY_LENGTH_MAX })]),
    named: async (text) => Object.keys(ids).filter((service) => ids[service]?.includes(text)),
  }
}

async function allPages(limit: number): Promise<string[]> {
  const seen: string[] = []
  for (let after: string | undefined; ;) {
    const { items, nextCursor } = await joinedPage(lists(limit, after))
    assert.ok(items.length <= limit)
    seen.push(...items.map(({ service, id }) => `${service} ${id}`))
    if (nextCursor === null) return seen
    assert.equal(items.length, limit, 'only the last page is short')
    after = nextCursor
  }
}

const ALL = Object.entries(IDS).flatMap(([service, ids]) => ids.map((id) => `${service} ${id}`))

test('pages of every size over several services show each row once, also where ids interleave and repeat', async () => {
  for (let limit = 1; limit <= ALL.length + 1; limit++) {
    const seen = await allPages(limit)
    assert.deepEqual(seen.toSorted(), ALL.toSorted(), `pages of ${limit}`)
    assert.deepEqual(seen, await allPages(ALL.length), 'in the same order')
  }
})

test('there is no next page when the last row is shown', async () => {
  assert.equal((await joinedPage(lists(ALL.length, undefined))).nextCursor, null)
  assert.equal((await joinedPage(lists(1, undefined, { users: ['f'] }))).nextCursor, null)
})

test('reads on where a store ends its list at a bound', async () => {
  const ids = { orders: Array.from({ length: 2_500 }, (_, index) => String(index).padStart(5, '0')) }
  const bounded: JoinedLists<Row> = { ...lists(2_000, undefined, ids) }
  const { items, nextCursor } = await joinedPage({
    ...bounded,
    read: (service, place, rows) => bounded.read(service, place, Math.min(rows, 1_000)),
  })
  assert.equal(items.length, 2_000)
  assert.equal(nextCursor, 'orders~01999')
})

test('takes the id of the last row for a cursor where it can mean only one row', async () => {
  const { items } = await joinedPage(lists(3, 'g%'))
  assert.deepEqual(
    items.map(({ service, id }) => `${service} ${id}`),
    ['orders same', 'payments b', 'payments d'],
  )
  await assert.rejects(joinedPage(lists(3, 'same')), { code: 'invalid_argument', message: /orders/ })
})

test('refuses a cursor that leads nowhere, and says which one to send', async () => {
  for (const after of ['zzz', 'billing~a', 'orders', 'orders~a~b', '%', '~', ''])
    await assert.rejects(joinedPage(lists(3, after)), { code: 'invalid_argument', message: /nextCursor/ }, after)
})

test('what a made-up cursor decodes to is checked as any other input', async () => {
  for (const after of [
    'orders~%00',
    'orders~a%00b',
    `orders~${'a'.repeat(KEY_LENGTH_MAX + 1)}`,
    'orders~',
    'orders~a~b',
    'orders~%ED%A0%80',
    'orders~%zz',
  ])
    await assert.rejects(joinedPage(lists(2, after)), { code: 'invalid_argument', message: /^after: must be nextCursor/ }, after)
})
