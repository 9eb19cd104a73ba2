import assert from 'node:assert/strict'
import { test } from 'node:test'
import { command, contract, query, type RouteText, Type } from '../contract/index.ts'
import { define } from '../service/define/define.ts'
import { service } from '../service/define/service.ts'
import type { RawRoutes, Service } from '../service/define/service-parts.ts'
import { platform } from './platform.ts'

function offering(
  name: string,
  route: RouteText | undefined,
  more: { prefix?: RawRoutes['prefix']; access?: 'public' | 'internal' } = {},
): Service {
  const parameters = [...(route ?? '').matchAll(/:(\w+)/g)].map((match) => [match[1], Type.String()])
  const input = Type.Object(Object.fromEntries(parameters))
  const { access = 'public', prefix } = more
  const spec = { input, output: Type.Null(), access }
  const get = route?.startsWith('GET')
    ? query(route, spec)
    : command(route ?? 'POST /api/nothing', { ...spec, access: route ? access : 'internal' })
  const { operation, definition } = define(contract(name, { operations: { act: get } }))
  return service(definition, {
    operations: [operation('act', async () => null)],
    ...(prefix ? { routes: { prefix, plugin: async () => {} } } : {}),
  })
}
const refuses = (services: Service[], ...words: RegExp[]): void => {
  for (const message of words) assert.throws(() => platform({ services }), { code: 'misuse', message })
}

test('refuses routes of two services that match the same paths, and names both', () => {
  const services = [offering('orders', 'GET /api/things/:id'), offering('shipping', 'GET /api/things/:thingId')]
  refuses(services, /^orders\.act \(GET \/api\/things\/:id\) and shipping\.act \(GET \/api\/things\/:thingId\) match the same paths/)
})

test('other methods, other shapes and internal operations do not collide', () => {
  platform({
    services: [
      offering('a', 'GET /api/things/:id'),
      offering('b', 'POST /api/things/:id'),
      offering('c', 'GET /api/things/latest'),
      offering('d', 'GET /api/things/:id', { access: 'internal' }),
    ],
  })
})

test('refuses raw routes that take the paths of another service', () => {
  const raw = offering('hooks', undefined, { prefix: '/api/things' })
  refuses([raw, offering('things', 'GET /api/things/:id')], /raw routes of hooks \(\/api\/things\) take the path of things\.act/)
  refuses([raw, offering('other', undefined, { prefix: '/api/things/more' })], /raw routes of hooks .* and other/)
  platform({ services: [offering('hooks', 'GET /api/hooks/:id', { prefix: '/api/hooks' }), offering('things', 'GET /api/hooksmith')] })
})
