import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import { test } from 'node:test'
import { virtualClock } from '@banyan/testing'
import { createConnections, RESERVED } from './connections.ts'

/** A socket from an address; `destroyed` tells whether it was cut. */
class FakeSocket extends EventEmitter {
  readonly remoteAddress: string
  destroyed = false
  constructor(remoteAddress: string) {
    super()
    this.remoteAddress = remoteAddress
  }
  destroy(): void {
    this.destroyed = true
    this.emit('close')
  }
}

function admission(limits: { connections?: number; connectionsPerAddress?: number }) {
  const refusals: string[] = []
  const clock = virtualClock()
  const isProxy = (address: string | undefined): boolean => address === '10.0.0.1'
  const connections = createConnections({ clock, limits, isProxy, refused: (limit) => refusals.push(limit) })
  const join = (address: string): FakeSocket => {
    const socket = new FakeSocket(address)
    connections.admit(socket as unknown as Socket)
    return socket
  }
  const of = (socket: FakeSocket) => connections.of(socket as unknown as Socket)
  return { connections, refusals, clock, join, of }
}

test('an address has its share: IPv6 by /64, four times as much for a /48; a proxy is not counted', () => {
  const { join, refusals } = admission({ connectionsPerAddress: 2 })
  const isIn = (address: string): boolean => !join(address).destroyed
  assert.deepEqual([isIn('203.0.113.1'), isIn('203.0.113.1'), isIn('::ffff:203.0.113.1'), isIn('203.0.113.2')], [true, true, false, true])
  assert.deepEqual([isIn('2001:db8:1:1::1'), isIn('2001:db8:1:1::2'), isIn('2001:db8:1:1:9::3')], [true, true, false])
  const networks = Array.from({ length: 20 }, (_, index) => isIn(`2001:db8:1:${(index + 2).toString(16)}::1`))
  assert.equal(networks.filter(Boolean).length, 6, 'eight of the /48, two of them before')
  assert.ok(Array.from({ length: 20 }, () => isIn('10.0.0.1')).every(Boolean))
  assert.ok(refusals.every((limit) => limit === 'connections-by-address'))
})

test('an idle connection of the address that has most gives its place to a newcomer', () => {
  const { join, of, connections } = admission({ connections: 4 })
  const owner = join('203.0.113.9')
  const crowd = [join('203.0.113.1'), join('203.0.113.1'), join('203.0.113.1')]
  const busy = of(crowd[0] as FakeSocket)
  assert.ok(busy)
  busy.open = 1
  const newcomer = join('198.51.100.7')
  assert.deepEqual(
    [owner, ...crowd, newcomer].map(({ destroyed }) => destroyed),
    [false, false, true, false, false],
  )
  assert.equal(connections.size, 4)
})

test('while all are busy, newcomers get places for health: few, for a moment, the last come first', async () => {
  const { join, of, connections, clock } = admission({ connections: 1 })
  const busy = of(join('203.0.113.1'))
  assert.ok(busy)
  busy.open = 1
  const probes = Array.from({ length: RESERVED + 1 }, () => join('203.0.113.2'))
  assert.deepEqual([probes[0]?.destroyed, probes[1]?.destroyed, of(probes[1] as FakeSocket)?.isReserved], [true, false, true])
  assert.equal(connections.size, 1 + RESERVED)
  await clock.advance(5_000)
  assert.equal(connections.size, 1)
})
