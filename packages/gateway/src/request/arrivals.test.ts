import assert from 'node:assert/strict'
import { test } from 'node:test'
import { virtualClock } from '@banyan/testing'
import { createArrivals } from './arrivals.ts'

function watch(limits: { arrivingBytes?: number; bodyBytesPerSecond?: number }) {
  const clock = virtualClock()
  const stopped: string[] = []
  const arrivals = createArrivals({ clock, limits, refused: () => {} })
  const begin = (name: string, address: string) => arrivals.begin(address, ({ code }) => stopped.push(`${name} ${code}`))
  return { clock, stopped, arrivals, begin }
}

test('when all is too much, the largest body of the address that holds most goes', () => {
  const { stopped, arrivals, begin } = watch({ arrivingBytes: 100 })
  const many = [begin('small', 'a'), begin('large', 'a'), begin('middle', 'a')]
  many[0]?.add(10)
  many[1]?.add(30)
  many[2]?.add(20)
  const one = begin('one', 'b')
  one.add(35)
  assert.deepEqual([stopped, arrivals.bytes], [[], 95])
  one.add(10)
  assert.deepEqual([stopped, arrivals.bytes], [['large overloaded'], 75], 'the largest single body is not the one that pays')
  many[1]?.add(1_000)
  for (const each of [...many, one]) each.end()
  assert.equal(arrivals.bytes, 0)
})

test('a body has a moment, and then a rate', async () => {
  const { clock, stopped, begin } = watch({ bodyBytesPerSecond: 10 })
  const quick = begin('quick', 'a')
  begin('slow', 'a').add(5)
  quick.add(100)
  await clock.advance(5_000)
  assert.deepEqual(stopped, [])
  await clock.advance(1_500)
  assert.deepEqual(stopped, ['slow request_timeout'])
  await clock.advance(10_000)
  assert.deepEqual(stopped, ['slow request_timeout', 'quick request_timeout'])
})
