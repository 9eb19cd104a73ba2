import assert from 'node:assert/strict'
import type { BanyanError } from '../../kernel/error.ts'
import type { Feed, StoredEvent } from '../../store/records/feed.ts'
import { olderLog } from '../../store/records/page-history.ts'
import type { StoreHarness } from '../../store/suite/store.testsuite.ts'
import { stateOf } from '../../store/suite/test-variants.testsuite.ts'
import type { Store } from '../../store/store.ts'
import { aConsumer, anEvent, applied, ascending, emitAll, eventually, promise, range, soon, writeLedger } from './consumer.fixtures.ts'

/** What becomes of a consumer whose source, or whose own store, is an older copy (S12). */
export function testOlderCopies(harness: StoreHarness): void {
  promise(
    harness,
    'a source that is an older copy is refused, and stays so when its log has grown past what was read',
    async ({ sink }) => {
      const log = history(6)
      await consumeAll(sink, log, 6)
      const older = log.slice(0, 3)
      for (const grown of [0, 2, 3, 30]) {
        older.push(...history(grown, older.length, 'new'))
        await refused(sink, older)
      }
      assert.deepEqual(ascending(await applied(sink)), range(1, 6), 'nothing of another history is applied')
      await consumeAll(sink, [...log, ...history(2, 6)], 8)
      assert.deepEqual(ascending(await applied(sink)), range(1, 8), 'the right log goes on where it ended')
    },
  )

  promise(harness, 'a source that becomes an older copy while it is read is refused at the next page, empty or not', async ({ sink }) => {
    for (const grown of [0, 1, 9]) {
      const log = history(4, 0, `life ${grown}`)
      const reasons: BanyanError[] = []
      const consumer = aConsumer(sink, feedOf(log), writeLedger(sink), {
        subscription: {
          consumer: `grown by ${grown}`,
          source: 'source',
          feed: feedOf(log),
          handlers: new Map([['thing.happened', writeLedger(sink)]]),
        },
        sourceIsOlder: (reason) => reasons.push(reason),
      })
      await consumer.start()
      await consumer.caughtUp(soon())
      log.splice(3, 1, ...history(grown, 3, 'another life'))
      await eventually('the source is refused', () => consumer.state().status === 'refused')
      assert.equal(reasons.length, 1)
      await consumer.stop()
      assert.equal(consumer.state().status, 'refused', 'a stop does not forget it')
    }
  })

  promise(harness, 'an event that was consumed above the cursor tells an older copy, too', async ({ sink }) => {
    const log = history(6)
    const { value: cursor } = await sink.transaction((tx) => tx.consumption.takeOver('main', 'source'))
    await sink.transaction((tx) => tx.consumption.record('main', 'source', log[5] as StoredEvent, cursor.epoch))
    await refused(sink, log.slice(0, 5))
    await refused(sink, [...log.slice(0, 5), ...history(5, 5, 'new')])
    await consumeAll(sink, log, 6)
    assert.deepEqual(ascending(await applied(sink)), range(1, 5))
  })

  promise(harness, 'a cursor of an earlier release, which knows positions only, learns the event at its place', async ({ sink }) => {
    const log = history(4)
    await sink.transaction((tx) => tx.consumption.cursor('main', 'source', 4))
    await consumeAll(sink, log, 4)
    await refused(sink, [...log.slice(0, 3), ...history(5, 3, 'new')])
    assert.deepEqual(await applied(sink), [])
  })

  promise(harness, 'a consumer whose own store is an older copy goes on from there', async ({ source, sink }) => {
    await emitAll(
      source,
      range(1, 6).map((n) => ({ key: `k${n % 3}`, id: `e${n}` })),
    )
    await consumeAll(sink, source.feed, 6)
    await sink.transaction(async (tx) => {
      await stateOf(tx).ledger.removeAbove(3)
      await tx.consumption.rewind('main', 'source', { position: 3, id: 'e3' })
    })
    await consumeAll(sink, source.feed, 6)
    assert.deepEqual(ascending(await applied(sink)), range(1, 6))
  })
}

/** Events with ids of their own, the first at `after` + 1. */
function history(count: number, after = 0, life = 'first'): StoredEvent[] {
  return range(after + 1, after + count).map((position) => anEvent({ position, id: `${life} ${position}`, key: `k${position % 3}` }))
}

async function consumeAll(sink: Store, log: readonly StoredEvent[] | Feed, upTo: number): Promise<void> {
  const consumer = aConsumer(sink, 'read' in log ? log : feedOf(log), writeLedger(sink))
  await consumer.start()
  await consumer.reached(upTo, soon())
  await consumer.stop()
}

/** A log in memory. */
function feedOf(log: readonly StoredEvent[]): Feed {
  return {
    async read(after, limit, { afterId } = {}) {
      const found = log[after - 1]?.id
      if (afterId !== undefined && found !== afterId) throw olderLog(after, afterId, found)
      return log.slice(after, after + limit)
    },
    head: async () => log.length,
    positionOf: async () => undefined,
    subscribe: () => () => {},
  }
}

async function refused(sink: Store, log: readonly StoredEvent[]): Promise<void> {
  const reasons: BanyanError[] = []
  const consumer = aConsumer(sink, feedOf(log), writeLedger(sink), { sourceIsOlder: (reason) => reasons.push(reason) })
  await consumer.start()
  await eventually('the source is refused', () => consumer.state().status === 'refused')
  await consumer.stop()
  assert.equal(reasons[0]?.code, 'data_older')
  assert.match(reasons[0].message, /"source" are an older copy than those "sink" has read from.*accept-loss --service source/)
}
