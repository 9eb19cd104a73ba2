import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ByteBudget } from '../../kernel/byte-budget.ts'
import type { Feed, FeedReadOptions, StoredEvent } from '../../store/records/feed.ts'
import { anEvent, range } from '../suite/consumer.fixtures.ts'
import { LogPages, type LogReader, type PageRequest } from './log-pages.ts'

const LIMIT = 10

test('what one reader has read comes to the others from memory, whatever they are apart', async () => {
  const { pages, log, reads } = aLog(95)
  const readers = Array.from({ length: 5 }, () => pages.open(['a']))
  const seen = await Promise.all(readers.map((reader) => readTo(reader, log.length)))
  for (const events of seen) assert.deepEqual(events, log)
  const full = reads.filter(({ after }) => after < 90)
  assert.equal(full.length, 9, `each full page is read once, not ${full.length} pages in all`)
})

test('a reader in the middle of a page gets its rest, and only the bytes that it asked for', async () => {
  const { pages, reads } = aLog(30)
  const [first, second] = [pages.open(['a']), pages.open(['a'])]
  await first.read(request(0))
  const part = await second.read(request(0, { limit: 4 }))
  assert.deepEqual(positions(part.events), range(1, 4))
  assert.deepEqual(positions((await second.read(request(4, { bytesMax: 3 }))).events), [5, 6])
  assert.deepEqual(positions((await second.read(request(6))).events), range(7, 10))
  assert.equal(reads.length, 1)
})

test('a page that was not full is not kept: what came since is read', async () => {
  const { pages, log } = aLog(3)
  const [first, second] = [pages.open(['a']), pages.open(['a'])]
  assert.deepEqual(await first.read(request(0)), { events: log.slice(), more: false })
  log.push(anEvent({ position: 4, data: '{}', type: 'a', id: 'e4' }))
  assert.equal((await second.read(request(0))).events.length, 4)
})

test('an empty page is not shared: its read may have begun before what another reader was told of', async () => {
  const { pages, log } = aLog(0)
  const [first, second] = [pages.open(['a']), pages.open(['a'])]
  const early = first.read(request(0))
  log.push(anEvent({ position: 1 }))
  const late = second.read(request(0))
  assert.deepEqual(await early, { events: [], more: false })
  assert.equal((await late).events.length, 1)
})

test('only types that a reader handles are asked for, and a page that was read for fewer is read again', async () => {
  const { pages, reads } = aLog(30)
  const [first, second] = [pages.open(['a']), pages.open(['b'])]
  await first.read(request(0))
  assert.deepEqual([...(reads[0]?.options.types ?? [])], ['a', 'b'])
  const third = pages.open(['c'])
  await third.read(request(0))
  await second.read(request(0))
  assert.deepEqual(
    reads.map(({ options }) => [...(options.types ?? [])].join()),
    ['a,b', 'a,b,c'],
  )
})

test('types of a reader that has left are not asked for any more, and pages that have them still serve the others', async () => {
  const { pages, reads } = aLog(30)
  const [first, second, third] = [pages.open(['a']), pages.open(['a']), pages.open(['b'])]
  await first.read(request(0))
  third.close()
  await second.read(request(0))
  await first.read(request(10))
  second.close()
  await pages.open(['c']).read(request(20))
  assert.deepEqual(
    reads.map(({ after, options }) => `${after} ${[...(options.types ?? [])].join()}`),
    ['0 a,b', '10 a', '20 a,c'],
  )
})

test('a reader that knows another event at its place is answered by the log itself', async () => {
  const { pages, reads } = aLog(30)
  const [first, second] = [pages.open(['a']), pages.open(['a'])]
  await first.read(request(0))
  await second.read(request(3, { afterId: 'e3' }))
  assert.equal(reads.length, 1)
  await assert.rejects(second.read(request(3, { afterId: 'another' })), /another log/)
})

test('pages are kept within the budget, and only for those who have not come to them', async () => {
  const { pages, budget } = aLog(95, 20_000)
  const [fast, slow] = [pages.open(['a']), pages.open(['a'])]
  await slow.read(request(0, { limit: 1 }))
  await readTo(fast, 95)
  assert.ok(budget.used > 0 && budget.peak <= 20_000, `${budget.used} of ${budget.peak} bytes`)
  await readTo(slow, 95, 1)
  assert.equal(budget.used, 0, 'nobody is behind')
  const third = pages.open(['a'])
  await fast.read(request(0))
  assert.ok(budget.used > 0)
  for (const reader of [third, slow, fast]) reader.close()
  assert.equal(budget.used, 0, 'nobody is there')
})

test('whoever waits for a read that fails reads by itself', async () => {
  const { pages, log, failures } = aLog(5)
  const [first, second] = [pages.open(['a']), pages.open(['a'])]
  failures.push(new Error('away'))
  const failed = assert.rejects(first.read(request(0)), /away/)
  const late = second.read(request(0))
  await failed
  assert.deepEqual((await late).events, log)
})

interface Read {
  readonly after: number
  readonly options: FeedReadOptions
}

/** A log of small events, whose answers come a turn after they were looked up. */
function aLog(count: number, bytesMax = 1_000_000) {
  const log: StoredEvent[] = range(1, count).map((position) => anEvent({ position, id: `e${position}`, type: 'a' }))
  const reads: Read[] = []
  const failures: Error[] = []
  const feed: Feed = {
    async read(after, limit, options = {}) {
      reads.push({ after, options })
      const { afterId } = options
      if (afterId !== undefined && log[after - 1]?.id !== afterId) throw new Error('another log')
      const events = log.slice(after, after + limit)
      const failure = failures.shift()
      await new Promise(setImmediate)
      if (failure) throw failure
      return events
    },
    head: async () => log.length,
    positionOf: async () => undefined,
    subscribe: () => () => {},
  }
  const budget = new ByteBudget(bytesMax)
  return { pages: new LogPages(feed, budget), log, reads, failures, budget }
}

function request(after: number, overrides: Partial<PageRequest> = {}): PageRequest {
  return { after, afterId: undefined, limit: LIMIT, bytesMax: 1_000_000, ...overrides }
}

/** Reads on from `after` until the reader has what is at `head`. */
async function readTo(reader: LogReader, head: number, after = 0): Promise<StoredEvent[]> {
  const seen: StoredEvent[] = []
  for (let position = after; position < head; position = seen.at(-1)?.position ?? position)
    seen.push(...(await reader.read(request(position))).events)
  return seen
}

function positions(events: readonly StoredEvent[]): number[] {
  return events.map(({ position }) => position)
}
