import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type LogFields, silentLogger } from '../kernel/logger.ts'
import { WorkLog } from '../kernel/work-log.ts'
import { watchLoop } from './loop-watch.ts'
import { createMetrics } from './metrics.ts'

/** A loop whose timers run when the test says so, however late. */
function aLoop(isReady: () => boolean = () => true, collectorMs: () => number = () => 0) {
  let now = 0
  let due: (() => void) | undefined
  const warned: (LogFields | undefined)[] = []
  const metrics = createMetrics()
  const work = new WorkLog()
  const clock = {
    now: () => now,
    monotonic: () => now,
    setTimer: (_delayMs: number, callback: () => void) => {
      due = callback
      return () => (due = undefined)
    },
    soon: (callback: () => void) => callback(),
  }
  const log = { ...silentLogger, warn: (_message: string, fields?: LogFields) => void warned.push(fields) }
  const stop = watchLoop({ clock, log, metrics, work, collector: { takeMs: collectorMs }, isReady })
  const turn = (afterMs: number): void => {
    now += afterMs
    due?.()
  }
  return { work, warned, metrics, stop, turn, isWatching: () => due !== undefined }
}

test('a loop that was held for more than 200 ms is logged with its longest statement and what was under way', () => {
  const { work, warned, turn } = aLoop()
  work.began('orders.place')
  work.began('orders.place')
  work.began('catalog.list')
  work.ended('catalog.list')
  work.ran(900, () => 'statement on orders.db: SELECT 1')
  work.ran(30, () => 'statement on orders.db: SELECT 2')
  turn(1_100)
  assert.deepEqual(warned, [{ heldMs: 1_000, longest: 'statement on orders.db: SELECT 1, 900 ms', underWay: ['orders.place (2)'] }])
})

test('a statement is not blamed for a later hold', () => {
  const { work, warned, turn } = aLoop()
  work.ran(150, () => 'statement on orders.db: SELECT 1')
  turn(160)
  turn(900)
  assert.deepEqual(
    warned.map((fields) => fields?.['longest']),
    [undefined],
  )
})

test('every look is counted, and a stopped watch looks no more', () => {
  const { warned, metrics, turn, stop, isWatching } = aLoop()
  turn(100)
  turn(400)
  assert.match(metrics.text(), /banyan_loop_delay_seconds_count 2/)
  assert.match(metrics.text(), /banyan_loop_delay_seconds_bucket\{le="0\.2"\} 1/)
  assert.equal(warned.length, 1)
  stop()
  assert.equal(isWatching(), false)
})

test('a hold that began before the platform was ready is counted, and no line in the log', () => {
  let ready = false
  const { warned, turn, metrics } = aLoop(() => ready)
  turn(900)
  ready = true
  turn(900) // began before
  assert.deepEqual(warned, [])
  turn(900)
  assert.equal(warned.length, 1)
  assert.match(metrics.text(), /banyan_loop_delay_seconds_count 3/)
})

test('a hold by the collector says how long it took', () => {
  const pauses = [390, 0]
  const { warned, turn } = aLoop(undefined, () => pauses.shift() ?? 0)
  turn(507)
  assert.deepEqual(warned, [{ heldMs: 407, longest: undefined, underWay: [], collectorMs: 390 }])
})

test('a hold with nothing under way says what it may mean, also where the collector took a small part of it', () => {
  for (const collectorMs of [0, 12]) {
    const { warned, turn } = aLoop(undefined, () => collectorMs)
    turn(507)
    assert.match(String(warned[0]?.['meaning']), /no handler was under way.*the machine may have paused the process/)
    assert.equal(warned[0]?.['collectorMs'], collectorMs || undefined)
  }
})

test('a hold that is explained by what was under way says nothing more, and earlier collections are not blamed', () => {
  const pauses = [150]
  const { work, warned, turn } = aLoop(undefined, () => pauses.shift() ?? 0)
  turn(110)
  work.began('orders.place')
  turn(507)
  assert.deepEqual(warned, [{ heldMs: 407, longest: undefined, underWay: ['orders.place'] }])
})
