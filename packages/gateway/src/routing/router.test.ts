import assert from 'node:assert/strict'
import { test } from 'node:test'
import { METHODS, type Method, parseRoute, type Route, type RouteText } from 'banyan/contract'
import { BanyanError } from 'banyan/kernel'
import fc from 'fast-check'
import { createRouter, type Router } from './router.ts'

function routerOf(texts: readonly string[], prefixes: readonly string[] = []): Router<string> {
  return createRouter(
    texts.map((text) => ({ route: parseRoute(text as RouteText), to: text })),
    prefixes.map((prefix) => ({ prefix, to: `${prefix}/*` })),
  )
}

test('finds fixed paths and parameters', () => {
  const router = routerOf(['GET /api/orders', 'GET /api/orders/:id', 'POST /api/orders/:id/notes/:note'])
  assert.deepEqual(router.match('GET', '/api/orders'), { to: 'GET /api/orders', values: [] })
  assert.deepEqual(router.match('GET', '/api/orders/o%201'), { to: 'GET /api/orders/:id', values: ['o%201'] })
  assert.deepEqual(router.match('POST', '/api/orders/a/notes/b')?.values, ['a', 'b'])
})

test('finds nothing beside the routes', () => {
  const router = routerOf(['GET /api/orders', 'GET /api/orders/:id'])
  for (const path of ['/', '/api', '/api/orders/', '/api/orders/a/', '/api/orders/a/b', '/API/orders', '/api/ordersx'])
    assert.equal(router.match('GET', path), undefined, path)
  assert.equal(router.match('POST', '/api/orders'), undefined)
})

test('prefers fixed text to a parameter, at the first segment where two differ', () => {
  const router = routerOf(['GET /api/:kind/mine', 'GET /api/orders/:id', 'GET /api/orders/mine/notes'])
  assert.equal(router.match('GET', '/api/orders/mine')?.to, 'GET /api/orders/:id')
  assert.deepEqual(router.match('GET', '/api/carts/mine'), { to: 'GET /api/:kind/mine', values: ['carts'] })
})

test('goes back where fixed text leads nowhere', () => {
  const router = routerOf(['GET /api/orders/user/:userId', 'GET /api/orders/:id', 'GET /api/orders/:id/events'])
  assert.deepEqual(router.match('GET', '/api/orders/user'), { to: 'GET /api/orders/:id', values: ['user'] })
  assert.deepEqual(router.match('GET', '/api/orders/user/events'), { to: 'GET /api/orders/user/:userId', values: ['events'] })
  assert.deepEqual(router.match('GET', '/api/orders/x/events'), { to: 'GET /api/orders/:id/events', values: ['x'] })
})

test('never lets a route of another method hide one', () => {
  const router = routerOf(['GET /api/users/me', 'PUT /api/users/:id'])
  assert.deepEqual(router.match('PUT', '/api/users/me'), { to: 'PUT /api/users/:id', values: ['me'] })
  assert.deepEqual(router.methods('/api/users/me'), ['GET', 'PUT'])
  assert.deepEqual(router.methods('/api/users/x'), ['PUT'])
  assert.deepEqual(router.methods('/api/nothing'), [])
})

test('sends a prefix and all below it away, unless a route is more specific', () => {
  const router = routerOf(['GET /api/payments/:id', 'GET /api/payments/webhooks/list'], ['/api/payments/webhooks'])
  for (const [method, path] of [
    ['POST', '/api/payments/webhooks'],
    ['GET', '/api/payments/webhooks/stripe'],
    ['TRACE', '/api/payments/webhooks/a/b'],
  ] as const)
    assert.equal(router.match(method, path)?.to, '/api/payments/webhooks/*', path)
  assert.equal(router.match('GET', '/api/payments/webhooks/list')?.to, 'GET /api/payments/webhooks/list')
  assert.equal(router.match('GET', '/api/payments/webhooksx')?.to, 'GET /api/payments/:id')
})

test('refuses routes that match the same paths, and prefixes that are no plain path', () => {
  const misuse = (error: unknown): boolean => error instanceof BanyanError && error.code === 'misuse'
  assert.throws(() => routerOf(['GET /api/:id', 'GET /api/:slug']), misuse)
  assert.throws(() => routerOf([], ['/api/', '/api']), misuse)
  assert.throws(() => routerOf([], ['/api', '/api']), misuse)
})

/** The rule in its plainest form: of all routes that fit, the one whose segments are fixed earliest. */
function naive(routes: readonly Route[], method: string, path: string): string | undefined {
  const parts = path.slice(1).split('/')
  const fits = routes.filter(
    ({ method: own, segments }) =>
      own === method &&
      segments.length === parts.length &&
      segments.every((segment, index) => ('literal' in segment ? segment.literal === parts[index] : parts[index] !== '')),
  )
  const rank = ({ segments }: Route): string => segments.map((segment) => ('literal' in segment ? '0' : '1')).join('')
  const best = fits.toSorted((first, second) => rank(first).localeCompare(rank(second)))[0]
  return best && `${best.method} ${best.path}`
}

test('agrees with the rule in its plainest form', () => {
  const part = fc.constantFrom('a', 'b', 'c', ':x')
  const text = fc
    .tuple(fc.constantFrom<Method>(...METHODS.slice(0, 2)), fc.array(part, { minLength: 1, maxLength: 4 }))
    .map(([method, parts]) => {
      const named = parts.map((each, index) => (each === ':x' ? `:p${index}` : each))
      return `${method} /${named.join('/')}`
    })
  const path = fc.array(fc.constantFrom('a', 'b', 'c', 'd', ''), { minLength: 1, maxLength: 4 }).map((parts) => `/${parts.join('/')}`)
  fc.assert(
    fc.property(fc.uniqueArray(text, { maxLength: 14 }), fc.array(path, { minLength: 1, maxLength: 10 }), (texts, paths) => {
      const routes = texts.map((each) => parseRoute(each as RouteText))
      const router = routerOf(texts)
      for (const each of paths)
        for (const method of ['GET', 'POST']) {
          const match = router.match(method, each)
          assert.equal(match?.to, naive(routes, method, each))
          const parameters = routes.find((route) => `${route.method} ${route.path}` === match?.to)?.parameters.length ?? 0
          assert.equal(match?.values.length ?? 0, parameters)
        }
    }),
    { numRuns: 500 },
  )
})
