// A process with a small heap, whose services read a log that is larger than its heap.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import process from 'node:process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { StoreHarness } from '../../store/suite/store.testsuite.ts'
import { sqliteHarness } from '../../store/sqlite/sqlite-harness.testsuite.ts'
import { aConsumer, applied, emitAll, openStore, range, soon, testRuntime, writeLedger } from '../suite/consumer.fixtures.ts'
import { type ChildPlace, childStores } from '../../store/suite/test-store.testsuite.ts'

/** MiB of old space: half of what the log takes. */
const HEAP_MIB = 128
const EVENTS = 280
const DATA = JSON.stringify({ text: 'x'.repeat(900_000) })
/** Consumers that handle the events, and such that do not. */
const READERS = 9
const OTHERS = 50
const CHILD_MS = 120_000

async function consumeAll(child: ChildPlace): Promise<void> {
  const stores = await childStores(child)
  const runtime = testRuntime()
  const source = await openStore(stores, 'source', runtime)
  const sink = await openStore(stores, 'sink', runtime)
  const handler = writeLedger(sink, ({ data }) => JSON.parse(data) as unknown)
  const consumers = range(1, READERS + OTHERS).map((number) => {
    const type = number <= READERS ? 'thing.happened' : 'other.happened'
    const subscription = { consumer: `c${number}`, source: 'source', feed: source.feed, handlers: new Map([[type, handler]]) }
    return aConsumer(sink, source.feed, handler, { runtime, subscription })
  })
  await Promise.all(consumers.map((consumer) => consumer.start()))
  await Promise.all(consumers.map((consumer) => consumer.caughtUp(soon(CHILD_MS))))
  await Promise.all(consumers.map((consumer) => consumer.stop()))
  await Promise.all([source.close(), sink.close()])
}

async function run(harness: StoreHarness): Promise<void> {
  await using place = await harness.createPlace()
  const source = await openStore(place, 'source')
  for (let count = 0; count < EVENTS; count += 5)
    await emitAll(
      source,
      range(1, 5).map((number) => ({ key: `k${number}`, data: DATA })),
    )
  await source.close()
  const script = fileURLToPath(import.meta.url)
  const child = spawn(process.execPath, [`--max-old-space-size=${HEAP_MIB}`, script, JSON.stringify(place.child)], {
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: CHILD_MS,
  })
  let complaint = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text))
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null]
  assert.equal(code ?? signal, 0, complaint)
  const sink = await openStore(place, 'sink')
  assert.equal((await applied(sink)).length, EVENTS * READERS)
  await sink.close()
}

const [, script, place] = process.argv
if (script === fileURLToPath(import.meta.url) && place !== undefined) await consumeAll(JSON.parse(place) as ChildPlace)
else
  test(`a log of large events, twice the heap, is read by ${READERS} consumers and passed over by ${OTHERS} others`, () =>
    run(sqliteHarness))
