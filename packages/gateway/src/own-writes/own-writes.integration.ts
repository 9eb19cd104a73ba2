import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { test } from 'node:test'
import { eventually } from '@banyan/testing'
import type { ReadModel } from 'banyan/host'
import { BanyanError } from 'banyan/kernel'
import { gatewayService, type RunningTest, shop, startGateway, stubHost } from '../gateway.fixture.ts'

/** A projection that reads the shop's events as far as the test lets it, and counts how often it is asked. */
class Behind implements ReadModel {
  readonly sources = ['shop']
  position = 10
  asked = 0
  async readUpTo(): Promise<number> {
    this.asked++
    return this.position
  }
  positionOf(_source: string, token: string): Promise<number> {
    return positionOf(token)
  }
}

const HEAD = 20

async function positionOf(token: string): Promise<number> {
  if (Number(token) <= HEAD) return Number(token)
  throw new BanyanError('invalid_argument', 'the token names no write of this log')
}

function hostWith(reads: ReadModel) {
  return stubHost({ services: [gatewayService(shop)], reads })
}

const after = (token: string, more: Readonly<Record<string, string>> = {}) => ({ headers: { 'banyan-after': `shop:${token}`, ...more } })

/** Asks on one connection without reading the answers; returns how to leave. */
function pipelined(running: RunningTest, count: number): () => void {
  const socket = connect(running.gateway.port, '127.0.0.1')
  socket.on('error', () => {})
  socket.write('GET /api/products/a HTTP/1.1\r\nhost: localhost\r\nprefer: wait=30\r\nbanyan-after: shop:15\r\n\r\n'.repeat(count))
  return () => socket.destroy()
}

test('lets a reader wait for what it wrote, and tells the lag when that takes too long', async () => {
  const model = new Behind()
  await using running = await startGateway({}, hostWith(model))
  assert.equal((await running.ask('/api/products/a', after('10'))).status, 200)
  const waiting = running.ask('/api/products/a', after('15'))
  await eventually(() => assert.ok(model.asked > 3))
  model.position = 15
  assert.equal((await waiting).status, 200)
  const late = await running.ask('/api/slow', after('18'))
  assert.deepEqual([late.status, late.json['code'], late.json['retry']], [504, 'deadline_exceeded', 'safe'])
  assert.match(String(late.json['detail']), /3 events of "shop" behind/)
})

test('refuses what is no token of the log, and waits only where something is read through a projection of it', async () => {
  const model = new Behind()
  await using running = await startGateway({}, hostWith(model))
  for (const header of ['shop:999999999', 'nobody:1', 'shop', 'shop:a b', Array.from({ length: 9 }, () => 'shop:1').join()])
    assert.equal((await running.ask('/api/products/a', { headers: { 'banyan-after': header } })).status, 400, header)
  await using other = await startGateway(
    {},
    hostWith({ sources: ['elsewhere'], readUpTo: async () => 0, positionOf: (_source, token) => positionOf(token) }),
  )
  assert.equal((await other.ask('/api/products/a', after('15'))).status, 200)
})

test('many who wait delay nobody, ask once for all, and are forgotten when they leave', async () => {
  const model = new Behind()
  await using running = await startGateway({ limits: false }, hostWith(model))
  const metrics = (): string => running.host.metrics.text()
  pipelined(running, 1_900)
  await eventually(() => assert.match(metrics(), /refused_total\{limit="requests-by-connection"\} 1\n/))
  await eventually(() => assert.match(metrics(), /requests_in_flight 0/))
  const leave = Array.from({ length: 100 }, () => pipelined(running, 19))
  await eventually(() => assert.match(metrics(), /refused_total\{limit="own-writes-by-address"\} 1868\n/))
  const before = model.asked
  const startedAt = performance.now()
  for (let asks = 0; asks < 20; asks++) assert.equal((await running.ask('/api/products/a')).status, 200)
  const tookMs = performance.now() - startedAt
  assert.ok(tookMs / 20 < 100, `another client waited ${tookMs / 20} ms for each answer`)
  assert.ok(model.asked - before <= tookMs / 10 + 5, `asked ${model.asked - before} times in ${tookMs} ms`)
  for (const each of leave) each()
  await eventually(() => assert.match(metrics(), /requests_in_flight 0/))
  const left = model.asked
  assert.equal((await running.ask('/api/products/a')).status, 200)
  assert.ok(model.asked <= left + 1, 'nobody waits any more')
})
