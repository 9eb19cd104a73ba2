import { eventually, testPlatform } from '@banyan/testing'
import { command, contract, define, event, service, store, Type } from 'banyan'
import { createRuntime } from 'banyan/kernel'
import { sqlOf, type StoreFactory } from 'banyan/store'
import { EVENT_KEYS, fillRanges, fillStatement } from './event-rows.ts'
import { percentile } from './spread.ts'

/** How events fare between two services of one process. */
export interface EventFigures {
  /** From the durable commit of an event to that of its handler, one event at a time, in milliseconds. */
  readonly p50Ms: number
  readonly p99Ms: number
  /** Events emitted and handled per second, a transaction each on both sides, by {@link EMITTERS} at once. */
  readonly eventsPerSecond: number
}

const EMITTERS = 64
/** Longest time for a log to be read. */
const CATCH_UP_MS_MAX = 600_000

const thing = Type.Object({ key: Type.String(), number: Type.Integer() })
const source = contract('source', {
  operations: { emit: command('POST /api/emit', { input: thing, output: Type.Null(), access: 'internal' }) },
  events: { 'thing.done': event({ key: 'key', data: thing }) },
})
const sourceParts = define(source)
const sourceService = service(sourceParts.definition, {
  operations: [
    sourceParts.operation('emit', async (input, { transaction }) =>
      transaction((tx) => {
        tx.emit('thing.done', input)
        return null
      }),
    ),
  ],
})
const sink = contract('sink', { operations: {} })
/** New makers of the sink's parts: what one of them made is part of its service. */
const sinkParts = () =>
  define(sink, {
    listens: [source],
    store: store({
      migrations: [{ id: '001', sql: 'CREATE TABLE seen (key TEXT PRIMARY KEY, times BIGINT NOT NULL)' }],
      repository: () => ({}),
    }),
  })
const count = (table: string): string =>
  `INSERT INTO ${table} (key, times) VALUES (?, 1) ON CONFLICT (key) DO UPDATE SET times = ${table}.times + 1`

/** Measures the way of `singles` events, one at a time, and of `many`. */
export async function benchEvents(stores: StoreFactory, singles: number, many: number): Promise<EventFigures> {
  let handled = 0
  let heard: (() => void) | undefined
  const { on, definition } = sinkParts()
  const listener = on('thing.done', async ({ data }, { transaction }) => {
    await transaction((tx) => tx.sql.run(count('seen'), data.key))
    handled++
    heard?.()
  })
  await using platform = await testPlatform({ services: [sourceService, service(definition, { on: [listener] })], stores })
  const client = platform.client(source)
  const emit = async (number: number): Promise<void> => void (await client.emit({ key: `k${number % EVENT_KEYS}`, number }))
  const times: number[] = []
  for (let number = 0; number < singles; number++) {
    const done = new Promise<void>((resolve) => (heard = resolve))
    await emit(number)
    const committed = performance.now()
    await done
    times.push(Math.max(0, performance.now() - committed))
  }
  times.sort((a, b) => a - b)
  heard = undefined
  handled = 0
  const started = performance.now()
  await emitAtOnce(many, emit)
  await waitFor(() => handled >= many)
  const eventsPerSecond = (many / (performance.now() - started)) * 1_000
  return { p50Ms: percentile(times, 0.5), p99Ms: percentile(times, 0.99), eventsPerSecond }
}

async function emitAtOnce(events: number, emit: (number: number) => Promise<void>): Promise<void> {
  let next = 0
  const emitter = async (): Promise<void> => {
    while (next < events) await emit(next++)
  }
  await Promise.all(Array.from({ length: EMITTERS }, emitter))
}

/** Fills a log with `events` and lets a new projection read it from its beginning; returns events per second. */
export async function benchCatchUp(stores: StoreFactory, events: number): Promise<number> {
  await seedLog(stores, events)
  const { projection, definition } = sinkParts()
  const view = projection('view', {
    tables: (table) => [`CREATE TABLE ${table('counts')} (key TEXT PRIMARY KEY, times BIGINT NOT NULL)`],
    on: { 'thing.done': ({ data }, sql, table) => sql.run(count(table('counts')), data.key) },
  })
  await using platform = await testPlatform({ services: [sourceService, service(definition, { projections: [view] })], stores })
  const [, reader] = platform.services
  const behind = async (): Promise<number> => {
    const [lag] = (await reader?.projections.lag()) ?? []
    return lag ? lag.head - lag.position : events
  }
  const started = performance.now()
  const before = await behind()
  await waitFor(async () => (await behind()) === 0)
  return (before / (performance.now() - started)) * 1_000
}

async function seedLog(stores: StoreFactory, events: number): Promise<void> {
  const log = await stores.open({ service: 'source', migrations: [], runtime: createRuntime() })
  for (const [first, last] of fillRanges(events))
    await log.transaction(async (tx) => {
      const sql = sqlOf(tx)
      await sql.run(fillStatement('banyan_outbox'), first, last)
      if (sql.dialect === 'postgres') await sql.run('UPDATE banyan_sequencer SET position = ?', last)
    })
  await log.close()
}

async function waitFor(isDone: () => boolean | Promise<boolean>): Promise<void> {
  const look = async (): Promise<void> => {
    if (!(await isDone())) throw new Error('not all events are handled')
  }
  await eventually(look, { timeoutMs: CATCH_UP_MS_MAX, pollMs: 5 })
}
