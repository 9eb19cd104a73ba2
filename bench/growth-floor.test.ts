import assert from 'node:assert/strict'
import { test } from 'node:test'
import { orderBytesFloor } from './growth-floor.ts'

test('the bare rows of an order take about a kilobyte, however many orders there are', () => {
  const [some, many] = [orderBytesFloor(500), orderBytesFloor(2_000)]
  assert.ok(some > 500 && some < 3_000, `${some} bytes`)
  assert.ok(Math.abs(many / some - 1) < 0.2, `${many} bytes instead of ${some}`)
})
