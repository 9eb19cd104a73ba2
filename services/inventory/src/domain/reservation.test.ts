import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bindsStock, reservationAfter } from './reservation.ts'

test('a hold can be committed, released or run out', () => {
  assert.equal(reservationAfter('held', 'commit'), 'committed')
  assert.equal(reservationAfter('held', 'release'), 'released')
  assert.equal(reservationAfter('held', 'expire'), 'expired')
})

test('a committed reservation no longer runs out, but can be released', () => {
  assert.equal(reservationAfter('committed', 'expire'), undefined)
  assert.equal(reservationAfter('committed', 'release'), 'released')
})

test('an ended reservation is never taken up again', () => {
  assert.equal(reservationAfter('released', 'commit'), undefined)
  assert.equal(reservationAfter('expired', 'commit'), undefined)
})

test('repeating a move changes nothing', () => {
  assert.equal(reservationAfter('committed', 'commit'), 'committed')
  assert.equal(reservationAfter('released', 'release'), 'released')
  assert.equal(reservationAfter('expired', 'release'), 'expired')
})

test('only holds and committed reservations bind stock', () => {
  assert.deepEqual((['held', 'committed', 'released', 'expired'] as const).filter(bindsStock), ['held', 'committed'])
})
