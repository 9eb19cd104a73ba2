import assert from 'node:assert/strict'
import { test } from 'node:test'
import { benchCatchUpFloor, benchEventsFloor, type EventBooks } from './events-floor.ts'
import { postgresEventBooks } from './events-floor-postgres.ts'
import { sqliteEventBooks } from './events-floor-sqlite.ts'
import { startPrivatePostgres } from './private-postgres.ts'

async function checkFloor(open: () => Promise<EventBooks>): Promise<void> {
  await using live = await open()
  const { p50Ms, p99Ms, eventsPerSecond } = await benchEventsFloor(live, { singles: 5, many: 150 })
  assert.ok(p50Ms > 0 && p99Ms >= p50Ms && eventsPerSecond > 0)
  assert.equal(await live.counted(), 155)
  assert.equal(await live.handle(256), 0, 'nothing is left behind the cursor')
  await using full = await open()
  assert.ok((await benchCatchUpFloor(full, 60_000)) > 0)
  assert.equal(await full.counted(), 60_000)
}

test('the floor of events on SQLite handles each event once, and reads a full log to its end', () =>
  checkFloor(async () => sqliteEventBooks()))

test('the floor of events on PostgreSQL does the same', async (t) => {
  const server = await startPrivatePostgres()
  if (typeof server === 'string') return t.skip(server)
  await using postgres = server
  let schemas = 0
  await checkFloor(() => postgresEventBooks(postgres.url, `floor_${++schemas}_`))
})

test('a floor that leaves events out is refused', async () => {
  await using books = sqliteEventBooks()
  await assert.rejects(benchEventsFloor({ ...books, handle: () => 1 }, { singles: 1, many: 0 }), /handled 0 events instead of 1/)
})
