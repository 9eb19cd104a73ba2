import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { test } from 'node:test'
import { eventually } from '@banyan/testing'
import type { CallRequest } from 'banyan/call'
import { gatewayService, shop, startGateway, stubHost, testIssuer } from '../gateway.fixture.ts'

test('tells a service whose line a request came over, believing proxies only where it is told to', async () => {
  const origins: unknown[] = []
  const handlers = {
    async getProduct({ scope }: CallRequest) {
      origins.push(scope.origin)
      return { output: { id: 'a', version: 1 } }
    },
  }
  const headers = { 'x-forwarded-for': '203.0.113.9, 2001:db8:1:2:3::4' }
  await using plain = await startGateway({}, stubHost({ handlers }))
  await plain.ask('/api/products/a', { headers })
  await using behind = await startGateway({ trustedProxies: ['127.0.0.1'] }, stubHost({ handlers }))
  await behind.ask('/api/products/a', { headers })
  assert.deepEqual(origins, ['127.0.0.1', '2001:db8:1:2::/64'])
})

test('tells a service that its client hung up', async () => {
  const { promise: asked, resolve } = Promise.withResolvers<CallRequest>()
  const { promise: goOn, resolve: finish } = Promise.withResolvers<void>()
  const handlers = {
    async getProduct(request: CallRequest) {
      resolve(request)
      await goOn
      return { output: { id: 'a', version: 1 } }
    },
  }
  await using running = await startGateway({}, stubHost({ handlers }))
  const socket = connect(running.gateway.port, '127.0.0.1', () => socket.write('GET /api/products/a HTTP/1.1\r\nhost: localhost\r\n\r\n'))
  const { scope } = await asked
  assert.equal(scope.abandoned?.(), false)
  socket.destroy()
  await eventually(() => assert.equal(scope.abandoned?.(), true))
  finish()
})

test('refuses tokens that their issuer ended, from its notice on, and all tokens while it cannot be asked', async () => {
  const issuer = await testIssuer()
  let changed = (): void => {}
  let load = async (): Promise<{ subject: string; validAfter: number }[]> => []
  const revocations = { service: 'shop', key: 'ended', tokenMsMax: 900_000, load: () => load() }
  const listen = (key: string, listener: () => void) => {
    assert.equal(key, 'ended')
    changed = listener
    return () => {}
  }
  const host = stubHost({ services: [gatewayService(shop, { listen })] })
  await using running = await startGateway({ tokens: { ...issuer.tokens, revocations } }, host)
  const authorization = `Bearer ${await issuer.sign()}`
  const statusOf = async () => (await running.ask('/api/orders', { method: 'POST', headers: { authorization }, body: order })).status
  assert.equal(await statusOf(), 201)
  load = async () => [{ subject: 'u1', validAfter: Date.now() }]
  changed()
  assert.equal(await statusOf(), 401)
  load = () => Promise.reject(new Error('down'))
  changed()
  assert.equal(await statusOf(), 503)
})

const order = { items: [{ sku: 'a', quantity: 1 }] }

test('says at its start when the service that ends tokens is not there', async () => {
  const issuer = await testIssuer()
  const revocations = { service: 'nobody', key: 'ended', tokenMsMax: 1, load: async () => [] }
  await assert.rejects(startGateway({ tokens: { ...issuer.tokens, revocations } }), { code: 'misuse', message: /"nobody"/ })
})
