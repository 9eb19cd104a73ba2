import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ByteBudget, createMemoryBudgets } from '../../kernel/byte-budget.ts'
import { BanyanError } from '../../kernel/error.ts'
import { createRuntime } from '../../kernel/runtime.ts'
import type { Feed, StoredEvent } from '../../store/records/feed.ts'
import { anEvent } from '../suite/consumer.fixtures.ts'
import { FeedReader } from './feed-reader.ts'
import { CONSUMER_BYTES_MIN, eventBytes, HeldBytes } from './held-bytes.ts'
import { noFigures, type Session } from './consumer-session.ts'

test('a reader that never gets a hint looks by itself, at least once a second', async () => {
  const pauses: number[] = []
  const log: StoredEvent[] = []
  const session = aSession()
  const reader = aReader(log, session, (delayMs) => {
    pauses.push(delayMs)
    if (pauses.length === 20) log.push(anEvent({ position: 1 }))
    if (pauses.length === 40) reader.stop()
  })
  await reader.run()
  assert.equal(session.head, 1, 'what came without a hint is found')
  assert.ok(Math.max(...pauses) <= 1_000, `pauses of ${pauses.join(', ')} ms`)
})

test('a session that cannot write is asked to tidy up ever more seldom, and reading goes on at its pace', async () => {
  const log: StoredEvent[] = []
  const session = aSession()
  let asked = 0
  let isFull = true
  session.idle = async () => {
    asked++
    if (isFull) throw new BanyanError('storage_full', 'the disk is full')
  }
  let elapsedMs = 0
  let foundMs = 0
  const reader = aReader(log, session, (delayMs) => {
    elapsedMs += delayMs
    if (elapsedMs > 60_000 && log.length === 0) log.push(anEvent({ position: 1 }))
    if (session.head === 1 && foundMs === 0) foundMs = elapsedMs
    if (elapsedMs > 90_000) isFull = false
    if (elapsedMs > 100_000) reader.stop()
  })
  const errors: unknown[] = []
  const { accept } = session
  session.accept = async (events) => {
    errors.push(reader.error?.code)
    await accept(events)
  }
  await reader.run()
  assert.deepEqual(errors, ['storage_full'])
  assert.ok(foundMs < 63_000, `an event of 60 s is found at ${foundMs} ms`)
  assert.equal(reader.error, undefined, 'the error is gone when it writes again')
  assert.ok(asked > 20 && asked < 70, `asked ${asked} times in 90 s of a full disk and 10 s of a mended one`)
})

test('the room of a page is granted to nobody else between its reading and its taking', async () => {
  const data = JSON.stringify({ text: 'x'.repeat(300_000) })
  const log = [anEvent({ position: 1, data })]
  const budget = new ByteBudget(eventBytes({ data }))
  const [held, others] = [new HeldBytes(budget), new HeldBytes(budget)]
  others.take(CONSUMER_BYTES_MIN) // beyond what is always granted: what it may read comes from the budget
  others.take(1)
  const seen: number[] = []
  budget.onRelease(() => queueMicrotask(() => seen.push(others.readable)))
  const session = aSession()
  const { accept } = session
  session.accept = async (events) => {
    for (const event of events) held.take(eventBytes(event))
    await accept(events)
    reader.stop()
  }
  const reader = aReader(log, session, () => {}, held)
  await reader.run()
  assert.equal(session.head, 1)
  assert.deepEqual(seen, [0], 'who waits for room is told when the page is counted')
  assert.equal(held.bytes, eventBytes({ data }))
})

test('room that becomes free is granted once, though several wait for it', async () => {
  const budget = new ByteBudget(8 * CONSUMER_BYTES_MIN)
  const all = new HeldBytes(budget)
  all.take(budget.bytesMax)
  const readers = [1, 2, 3].map(() => {
    const held = new HeldBytes(budget)
    held.take(CONSUMER_BYTES_MIN) // what is always granted
    const session = aSession()
    const { accept } = session
    session.accept = async (events) => {
      await accept(events)
      reader.stop()
    }
    const reader = aReader([anEvent({ position: 1 })], session, () => {}, held, budget)
    return reader
  })
  const before = budget.used
  const running = readers.map((reader) => reader.run())
  for (let round = 0; round < 20; round++) await Promise.resolve() // until all of them wait for room
  all.release(budget.bytesMax)
  await Promise.all(running)
  assert.ok(budget.peak <= before, `${budget.peak} bytes were held, more than ${before}`)
})

/** A reader of a log that gives no hints, on a clock whose timers fire in the next turn; `paused` hears of each. */
function aReader(
  log: readonly StoredEvent[],
  session: Session,
  paused: (delayMs: number) => void,
  held?: HeldBytes,
  events?: ByteBudget,
): FeedReader {
  let now = 0
  const clock = {
    now: () => now,
    monotonic: () => now,
    setTimer(delayMs: number, callback: () => void) {
      paused(delayMs)
      const timer = setImmediate(() => {
        now += delayMs
        callback()
      })
      return () => clearImmediate(timer)
    },
    soon: (callback: () => void) => void setImmediate(callback),
  }
  const feed: Feed = {
    read: async (after, limit) => log.filter(({ position }) => position > after).slice(0, limit),
    head: async () => log.length,
    positionOf: async () => undefined,
    subscribe: () => () => {},
  }
  const memory = createMemoryBudgets()
  const runtime = createRuntime({ clock, memory: events ? { ...memory, events } : memory })
  return new FeedReader({
    feed,
    source: 'source',
    session,
    types: [],
    held: held ?? new HeldBytes(runtime.memory.events),
    service: 'sink',
    read: { position: 0, id: undefined },
    recognised: async () => {},
    runtime,
    log: runtime.log,
  })
}

/** A session that takes everything at once. */
function aSession(): { -readonly [Name in keyof Session]: Session[Name] } {
  let head = 0
  return {
    get head() {
      return head
    },
    get position() {
      return head
    },
    figures: noFigures,
    async accept(events) {
      head = events.at(-1)?.position ?? head
    },
    idle: async () => {},
    stop: async () => {},
    redrive: async () => ({ redriven: 0, failed: undefined }),
  }
}
