import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { BanyanError } from '../kernel/error.ts'
import { fromCloudEvent, toCloudEvent } from './cloud-event.ts'
import { anEvent } from './suite/consumer.fixtures.ts'

const storedEvents = fc.record(
  {
    position: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
    id: fc.uuid({ version: 7 }),
    type: fc.string({ minLength: 1 }),
    version: fc.integer({ min: 1, max: 1_000 }),
    key: fc.string({ unit: 'grapheme' }),
    time: fc.integer({ min: 0, max: Date.parse('9999-12-31T23:59:59.999Z') }),
    data: fc.jsonValue().map((value) => JSON.stringify(value)),
    correlationId: fc.string({ unit: 'grapheme' }),
    causationId: fc.string(),
    traceparent: fc.string(),
  },
  { noNullPrototype: true },
)

test('every event survives the way through CloudEvents JSON', () => {
  fc.assert(
    fc.property(storedEvents, fc.string(), (event, source) => {
      const text = JSON.stringify(toCloudEvent(event, source))
      assert.deepEqual(fromCloudEvent(JSON.parse(text)), { source, event })
    }),
  )
})

test('attributes are named and written as CloudEvents asks', () => {
  const cloud = toCloudEvent(anEvent({ position: 7, key: 'ord_1', time: 0, data: '{"a":1}' }), 'orders')
  assert.equal(cloud.sequence, '0000000000000007')
  assert.equal(cloud.time, '1970-01-01T00:00:00.000Z')
  assert.equal(cloud.partitionkey, 'ord_1')
  assert.deepEqual(cloud.data, { a: 1 })
  for (const name of Object.keys(cloud)) assert.match(name, /^[a-z0-9]{1,20}$/)
})

test('a wrong event is refused with the names of its attributes', () => {
  const cloud = toCloudEvent(anEvent({}), 'orders')
  const wrong = { ...cloud, specversion: '0.3', sequence: '0', time: 'yesterday', type: undefined, data_base64: 'AA==' }
  assert.throws(
    () => fromCloudEvent(wrong),
    (error: BanyanError) => {
      assert.equal(error.code, 'invalid_argument')
      assert.deepEqual(
        error.fields?.map(({ path }) => path),
        ['/specversion', '/type', '/time', '/sequence', '/data_base64'],
      )
      return true
    },
  )
  for (const value of [null, 1, 'text', []]) assert.throws(() => fromCloudEvent(value), BanyanError)
})
