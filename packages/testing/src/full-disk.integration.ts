import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BanyanError, command, contract, define, event, query, service, store, Type } from 'banyan'
import { type Faults, type Logger, silentLogger } from 'banyan/kernel'
import { testPlatform, virtualClock } from './index.ts'

const MINUTE_MS = 60_000
/** Longest pause of any loop, and a little for what follows from it. */
const GOES_ON_MS = 6_000
/** Timers that become due while the disk is full. */
const TIMERS = 50
/** Where attempts get out of hand the disk is freed, so that the test ends. */
const ATTEMPTS_MAX = 2_000

const bells = contract('bells', {
  operations: {
    wind: command('POST /api/wind', { input: Type.Object({ id: Type.String() }), output: Type.Null(), access: 'public' }),
    rung: query('GET /api/rung', { input: Type.Object({}), output: Type.Array(Type.String()), access: 'public' }),
  },
  events: { 'bell.wound': event({ key: 'id', data: Type.Object({ id: Type.String() }) }) },
})
const bellParts = define(bells, {
  store: store({ migrations: [{ id: '001', sql: 'CREATE TABLE rung (id TEXT NOT NULL)' }], repository: () => ({}) }),
})
const ring = bellParts.timer('ring', async ({ id }: { id: string }, { transaction }) =>
  transaction((tx) => tx.sql.run('INSERT INTO rung VALUES (?)', id)),
)
const bellService = service(bellParts.definition, {
  operations: [
    bellParts.operation('wind', async ({ id }, { transaction, now }) =>
      transaction(async (tx) => {
        tx.emit('bell.wound', { id })
        await tx.schedule(ring, { id, at: now() + 10_000, data: { id } })
        return null
      }),
    ),
    bellParts.operation('rung', async (_input, { read }) =>
      read(async ({ sql }) => (await sql.all<{ id: string }>('SELECT id FROM rung')).map(({ id }) => id)),
    ),
  ],
  timers: [ring],
})

const ears = contract('ears', { operations: {} })
const earParts = define(ears, {
  listens: [bells],
  store: store({ migrations: [{ id: '001', sql: 'CREATE TABLE heard (id TEXT NOT NULL)' }], repository: () => ({}) }),
})
const earService = service(earParts.definition, {
  on: [
    earParts.on('bell.wound', async ({ data }, { transaction }) =>
      transaction((tx) => tx.sql.run('INSERT INTO heard VALUES (?)', data.id)),
    ),
  ],
})

test('on a full disk the loops of an idle platform try ever more seldom, say so seldom, and go on soon when there is room', async () => {
  const clock = virtualClock()
  const disk = smallDisk()
  const log = countingLog()
  await using platform = await testPlatform({ services: [bellService, earService], runtime: { clock, faults: disk.faults, log } })
  const client = platform.client(bells)
  await clock.advance(1_000)
  for (let number = 0; number < TIMERS; number++) await client.wind({ id: `bell ${number}` })
  await clock.advance(100) // heard, but the cursor has not been moved: that is a write which waits, too
  disk.fill()
  await clock.advance(MINUTE_MS)
  assert.deepEqual(await client.rung({}), [])
  const [first, lines] = [disk.attempts(), log.lines()]
  assert.ok(first > 10, `${first} attempts: it must be tried`)
  // In the first turn each timer may fail by itself; later consumers and timers come to one attempt in some seconds.
  assert.ok(first < TIMERS + 100, `${first} attempts in the first minute`)
  assert.ok(lines < TIMERS + 20, `${lines} lines in the first minute`)
  await clock.advance(MINUTE_MS)
  assert.ok(disk.attempts() - first < 100, `${disk.attempts() - first} attempts in the second minute`)
  assert.ok(log.lines() - lines < 5, `${log.lines() - lines} lines in the second minute`)
  disk.free()
  await clock.advance(GOES_ON_MS)
  const rung = await client.rung({})
  assert.equal(new Set(rung).size, TIMERS)
  assert.equal(rung.length, TIMERS, 'each once')
})

/** A disk that refuses every commit while it is full. */
function smallDisk(): { fill(): void; free(): void; attempts(): number; readonly faults: Faults } {
  let isFull = false
  let attempts = 0
  return {
    fill: () => (isFull = true),
    free: () => (isFull = false),
    attempts: () => attempts,
    faults: {
      at(name) {
        if (!isFull || !name.endsWith('.before-commit')) return
        if (++attempts >= ATTEMPTS_MAX) isFull = false
        throw new BanyanError('storage_full', 'the disk is full; nothing was changed')
      },
    },
  }
}

/** Counts what an operator would have to read. */
function countingLog(): Logger & { lines(): number } {
  let lines = 0
  const log: Logger & { lines(): number } = {
    ...silentLogger,
    warn: () => void lines++,
    error: () => void lines++,
    with: () => log,
    lines: () => lines,
  }
  return log
}
