import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { shopAsker } from './shop-asker.ts'
import { assertAllAsked } from './shop-coverage.ts'
import { singlyAndInPairs } from './shop-queries.ts'

const TEXT = { type: 'string' }
const parameter = (name: string) => ({ name, in: 'query', required: false, schema: TEXT })
const operation = (operationId: string, names: readonly string[] = []) => ({
  operationId,
  tags: ['things'],
  parameters: names.map(parameter),
  responses: {},
  security: [],
})
const DOCUMENT = {
  paths: {
    '/api/things': { get: operation('things.list', ['size', 'colour', 'cursor']), post: operation('things.make') },
    '/api/things/{id}': { delete: operation('things.drop') },
  },
}
const LISTED = singlyAndInPairs('/api/things', { size: ['1'], colour: ['red', 'blue'], cursor: ['c'] })
const ANSWERED = [
  ...LISTED.map((path) => ({ method: 'GET', path, status: 200 })),
  { method: 'POST', path: '/api/things', status: 201 },
  { method: 'DELETE', path: '/api/things/7', status: 204 },
]

test('what was asked for in full is enough', () => {
  assertAllAsked(DOCUMENT, ANSWERED)
})

test('an operation that was not answered is named, a command too', () => {
  for (const [left, name] of [
    ['POST', 'things.make'],
    ['DELETE', 'things.drop'],
  ] as const) {
    const some = ANSWERED.filter(({ method }) => method !== left)
    assert.throws(() => assertAllAsked(DOCUMENT, some), new RegExp(name))
    assert.throws(() => assertAllAsked(DOCUMENT, [...some, { method: left, path: '/api/things/7', status: 400 }]), new RegExp(name))
  }
})

test('a parameter that was not asked for, alone or with another, is named', () => {
  const without = (part: string) => ANSWERED.filter(({ path }) => !path.includes(part))
  assert.throws(() => assertAllAsked(DOCUMENT, without('size=')), /things\.list: size'/)
  const inPairs = ANSWERED.filter(({ path }) => !(path.includes('size=') && path.includes('colour=')))
  assert.throws(() => assertAllAsked(DOCUMENT, inPairs), /things\.list: size and colour/)
})

test('lists are asked for by each value and by each two of different parameters', () => {
  assert.deepEqual(singlyAndInPairs('/x', { a: ['1', '2'], b: ['3'] }), ['/x', '/x?a=1', '/x?a=2', '/x?b=3', '/x?a=1&b=3', '/x?a=2&b=3'])
})

test('a request that is refused fails, unless just that was expected', async () => {
  const server = createServer((request, response) => response.writeHead(Number(request.url?.slice(1))).end('no'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    const { ask, asked } = shopAsker(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    await ask('GET', '/204')
    await assert.rejects(ask('GET', '/400'), /GET \/400 was to answer a success; it answered 400: no/)
    await ask('GET', '/404', { expected: 404 })
    await assert.rejects(ask('GET', '/200', { expected: 404 }), /was to answer 404; it answered 200/)
    assert.deepEqual(
      asked.map(({ status }) => status),
      [204, 404],
    )
  } finally {
    server.closeAllConnections()
    server.close()
  }
})
