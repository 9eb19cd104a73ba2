// What the README shows to a newcomer, and what a service may add to it: raw routes, health checks, logs of its flow.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gateway } from '@banyan/gateway'
import { testPlatform } from '@banyan/testing'
import { contract, define, query, service, Type } from 'banyan'
import example from '../examples/first-service/platform.ts'

test('the first service of the README answers through the gateway, and says what is wrong with a wrong request', async () => {
  assert.ok(example.gateway)
  await using platform = await testPlatform({ services: example.services, gateway: example.gateway })
  const url = `http://127.0.0.1:${platform.port}`
  const hello = await fetch(`${url}/api/greetings/you`)
  assert.deepEqual([hello.status, await hello.json()], [200, { text: 'Hello you' }])
  const wrong = await fetch(`${url}/api/greetings/x`)
  const problem = (await wrong.json()) as { code: string; errors: { pointer: string }[] }
  assert.deepEqual(
    [wrong.status, wrong.headers.get('content-type'), problem.code, problem.errors[0]?.pointer],
    [400, 'application/problem+json', 'invalid_argument', '/name'],
  )
  const openapi = (await (await fetch(`${url}/openapi.json`)).json()) as { openapi: string; paths: Record<string, unknown> }
  assert.match(openapi.openapi, /^3\.1/)
  assert.ok('/api/greetings/{name}' in openapi.paths)
})

const hooks = contract('hooks', {
  operations: {
    seen: query('GET /api/hooks', { input: Type.Object({}), output: Type.Object({ seen: Type.Integer() }), access: 'public' }),
  },
})
const parts = define(hooks, { resources: async () => ({ seen: 0, sick: false }) })
const hookService = service(parts.definition, {
  operations: [parts.operation('seen', async (_input, { resources }) => ({ seen: resources.seen }))],
  health: {
    throat: async ({ resources }) => {
      if ((resources as { sick: boolean }).sick) throw new Error('sore throat')
    },
  },
  routes: {
    prefix: '/api/webhooks',
    plugin: async (app, open) => {
      app.addContentTypeParser('text/plain', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
      app.post('/api/webhooks/:provider', async (request, reply) => {
        const { resources } = open() as unknown as { resources: { seen: number } }
        resources.seen++
        return reply.code(202).send({ bytes: (request.body as Buffer).length })
      })
    },
  },
})

test('a service adds raw routes and a plugin of its own beside its operations', async () => {
  await using platform = await testPlatform({ services: [hookService], gateway: gateway() })
  const url = `http://127.0.0.1:${platform.port}`
  const hook = await fetch(`${url}/api/webhooks/bank`, { method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'raw body' })
  assert.deepEqual([hook.status, await hook.json()], [202, { bytes: 8 }])
  assert.deepEqual(await platform.client(hooks).seen({}), { seen: 1 })
  assert.equal((await fetch(`${url}/api/webhooks/bank`)).status, 404)
})

test("readiness names a service's own checks", async () => {
  await using platform = await testPlatform({ services: [hookService], gateway: gateway() })
  const { ready, checks } = platform.health()
  assert.equal(ready, true)
  assert.deepEqual(Object.fromEntries(checks.map(({ name, status }) => [name, status])), {
    'hooks:store': 'pass',
    'hooks:history': 'pass',
    'hooks:throat': 'pass',
  })
  const answer = await fetch(`http://127.0.0.1:${platform.port}/health/ready`)
  assert.equal(answer.status, 200)
})

test('metrics count operations and requests in the Prometheus format', async () => {
  await using platform = await testPlatform({ services: [hookService], gateway: gateway({ scrapers: ['127.0.0.1'] }) })
  const url = `http://127.0.0.1:${platform.port}`
  await fetch(`${url}/api/hooks`)
  const metrics = await (await fetch(`${url}/metrics`)).text()
  assert.match(metrics, /banyan_operation_duration_seconds_count\{service="hooks",operation="seen"\} 1\n/)
  assert.match(metrics, /# TYPE banyan_gateway_requests_total counter/)
  assert.match(metrics, /process_cpu_seconds_total \d/)
})
