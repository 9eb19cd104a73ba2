import assert from 'node:assert/strict'
import { test } from 'node:test'
import { contract, query, Type } from 'banyan'
import { type Access, accessRoles, type RouteText } from 'banyan/contract'
import { aggregate } from '../aggregate/aggregate.ts'
import { apiKeyHash } from '../identity/api-keys.ts'
import { OWN_PATHS } from './check-start.ts'
import { gatewayService, startGateway, stubHost, testIssuer } from '../gateway.fixture.ts'
import { gateway } from '../gateway.ts'
import type { GatewayOptions } from './options.ts'

const WHERE = { port: 0, hostname: '127.0.0.1' }
const offering = (access: Access, route: RouteText = 'GET /api/things') =>
  contract('things', {
    operations: { list: query(route, { input: Type.Object({ id: Type.Optional(Type.String()) }), output: Type.Null(), access }) },
  })
const offeringAt = (route: RouteText) =>
  contract('things', {
    operations: { list: query(route, { input: Type.Object({ name: Type.String() }), output: Type.Null(), access: 'public' }) },
  })
const keyWith = (...roles: readonly string[]) => ({ id: `k-${roles.join()}`, sha256: apiKeyHash('k'.repeat(40)), roles })
const hostOf = (access: Access, route?: RouteText) => stubHost({ services: [gatewayService(offering(access, route))] })

async function starts(options: GatewayOptions, host = stubHost({ services: [] })): Promise<void> {
  const running = await gateway(options).start(host, WHERE)
  await running.close(0)
}

for (const access of [
  'user',
  { roles: ['admin'] },
  { owner: 'id' },
  { owner: 'id', roles: ['admin'] },
  { user: true, roles: ['admin'] },
] as Access[])
  test(`refuses to start with access ${JSON.stringify(access)} where no credentials are accepted`, async () => {
    await assert.rejects(starts({}, hostOf(access)), { code: 'misuse', message: /^things\.list is for .*give tokens/ })
    await starts({ tokens: (await testIssuer()).tokens }, hostOf(access))
    if (accessRoles(access).length > 0) await starts({ apiKeys: [keyWith('admin')] }, hostOf(access))
  })

for (const access of [
  'user',
  { owner: 'id' },
  { user: true, roles: [] },
  { roles: ['support'] },
  { owner: 'id', roles: ['support'] },
] as Access[])
  test(`refuses to start with access ${JSON.stringify(access)} where only API keys are accepted, none of which it lets in`, async () => {
    await assert.rejects(starts({ apiKeys: [keyWith('admin'), keyWith()] }, hostOf(access)), {
      code: 'misuse',
      message: /^things\.list is for .* API keys alone, .*give tokens to gateway\(\)/,
    })
    await starts({ apiKeys: [keyWith('admin')], tokens: (await testIssuer()).tokens }, hostOf(access))
  })

for (const roles of [[], ['suport'], ['Support'], ['customer', 'suport']])
  test(`refuses to start with an API key whose roles are ${JSON.stringify(roles)}: they open nothing, and the message says which do`, async () => {
    const { tokens } = await testIssuer()
    const host = hostOf({ owner: 'id', roles: ['support'] })
    const options = { tokens, apiKeys: [keyWith('support'), keyWith(...roles)] }
    await assert.rejects(starts(options, host), {
      code: 'misuse',
      message:
        /^API key "k-.*" has .*, which open nothing here; give it one of support \(things\.list\), admin \(the operations API\), or leave/,
    })
    await assert.rejects(starts({ ...options, operatorRoles: ['ops'] }, host), { message: /, ops \(the operations API\)/ })
  })

test('an API key starts with a role that opens one operation, an aggregate or the operations API, or that is named like a service', async () => {
  const { tokens } = await testIssuer()
  const page = aggregate('GET /api/page', {
    access: { roles: ['reader'] },
    summary: '',
    uses: [],
    parts: ({ required }) => ({ one: required(async () => 1) }),
  })
  const apiKeys = [['support', 'other'], ['ops'], ['reader'], ['things']].map((roles) => ({
    id: roles.join(),
    sha256: apiKeyHash(roles.join()),
    roles,
  }))
  await starts({ tokens, apiKeys, aggregates: [page], operatorRoles: ['ops'] }, hostOf({ user: true, roles: ['support'] }))
})

test('refuses an aggregate that nobody could ask for, too', async () => {
  const page = aggregate('GET /api/page', {
    access: 'user',
    summary: '',
    uses: [],
    parts: ({ required }) => ({ one: required(async () => 1) }),
  })
  await assert.rejects(starts({ aggregates: [page] }), { code: 'misuse', message: /^aggregate "page" is for signed-in users/ })
})

test('refuses an aggregate with the path of an operation, and shows both', async () => {
  const page = aggregate('GET /api/:what', {
    access: 'public',
    summary: '',
    uses: [],
    input: Type.Object({ what: Type.String() }),
    parts: ({ required }) => ({ one: required(async () => 1) }),
  })
  await assert.rejects(starts({ aggregates: [page] }, stubHost({ services: [gatewayService(offeringAt('GET /api/:name'))] })), {
    code: 'misuse',
    message: /^things\.list \(GET \/api\/:name\) and aggregate ".*" \(GET \/api\/:what\) match the same paths/,
  })
})

test('what is public or internal needs no credentials', async () => {
  await starts({}, hostOf('public'))
  await starts({}, hostOf('internal'))
})

for (const path of OWN_PATHS)
  test(`refuses routes of services at ${path} and below: they are the gateway's own`, async () => {
    for (const route of [`GET ${path}`, `POST ${path}/more`] as RouteText[])
      await assert.rejects(
        starts(
          {},
          stubHost({
            services: [
              gatewayService(
                contract('things', {
                  operations: { list: query(route, { input: Type.Object({}), output: Type.Null(), access: 'public' }) },
                }),
              ),
            ],
          }),
        ),
        { code: 'misuse', message: /^things\.list has the path .* is the gateway's own/ },
      )
    const raw = { prefix: path, handle: () => {} }
    await assert.rejects(starts({}, stubHost({ services: [gatewayService(offering('internal'), { raw })] })), {
      code: 'misuse',
      message: /raw routes of things/,
    })
  })

test("every route of the gateway's own lies at one of its paths", async () => {
  await using running = await startGateway({}, stubHost({ services: [] }))
  const { paths } = (await running.ask('/openapi.json')).json as { paths: Record<string, unknown> }
  for (const path of Object.keys(paths))
    assert.ok(
      OWN_PATHS.some((own) => path === own || path.startsWith(`${own}/`)),
      path,
    )
})

test('an aggregate with a path parameter that its input lacks is refused', () => {
  assert.throws(
    () =>
      aggregate('GET /api/pages/:id', {
        access: 'public',
        summary: '',
        uses: [],
        parts: ({ required }) => ({ one: required(async () => 1) }),
      }),
    { code: 'misuse', message: /aggregate "pages": path parameter ":id"/ },
  )
})
