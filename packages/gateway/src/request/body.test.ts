import assert from 'node:assert/strict'
import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { systemClock } from 'banyan/kernel'
import { createArrivals } from './arrivals.ts'
import { type BodyReading, hasBody, readBody } from './body.ts'

const arrivals = createArrivals({ clock: systemClock(), limits: {}, refused: () => {} })
const reading = (limit: number): BodyReading => ({ limit, address: '203.0.113.1', arrivals })

/** A request whose body is written by the test. */
function aRequest(headers: Record<string, string> = {}): IncomingMessage {
  return Object.assign(new Readable({ read() {} }), { headers, socket: { destroy() {} } }) as unknown as IncomingMessage
}

test('puts the pieces of a body together', async () => {
  const request = aRequest()
  const body = readBody(request, reading(100))
  for (const piece of ['{"a":', '"ü', '"}', null]) request.push(piece)
  assert.equal((await body).toString(), '{"a":"ü"}')
})

test('never holds more than the limit', async () => {
  const request = aRequest()
  const body = readBody(request, reading(10))
  for (let index = 0; index < 100; index++) request.push('x'.repeat(5))
  await assert.rejects(body, { code: 'payload_too_large' })
  await assert.rejects(readBody(aRequest({ 'content-length': '11' }), reading(10)), { code: 'payload_too_large' })
})

test('rejects when the client goes away: in the middle, and before anybody looked', async () => {
  const request = aRequest()
  const body = readBody(request, reading(100))
  request.push('{"a"')
  request.destroy()
  await assert.rejects(body, { code: 'cancelled' })
  const reset = aRequest()
  const broken = readBody(reset, reading(100))
  reset.destroy(new Error('ECONNRESET'))
  await assert.rejects(broken, { code: 'cancelled' })
  const gone = aRequest()
  gone.destroy()
  await assert.rejects(readBody(gone, reading(100)), { code: 'cancelled' })
})

test('cuts a connection that goes on sending what was refused', async () => {
  let cut = false
  const request = Object.assign(aRequest(), { socket: { destroy: () => (cut = true) } }) as unknown as IncomingMessage
  const refused = assert.rejects(readBody(request, reading(10)), { code: 'payload_too_large' })
  const piece = Buffer.alloc(1_048_576)
  for (let index = 0; index < 10; index++) request.push(piece)
  await refused
  await new Promise((resolve) => setImmediate(resolve))
  assert.ok(cut)
})

test('knows a body by its length or its coding', () => {
  assert.equal(hasBody(aRequest()), false)
  assert.equal(hasBody(aRequest({ 'content-length': '0' })), false)
  assert.equal(hasBody(aRequest({ 'content-length': '5' })), true)
  assert.equal(hasBody(aRequest({ 'transfer-encoding': 'chunked' })), true)
})
