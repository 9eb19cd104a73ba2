import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gatewayService, startGateway, stubHost, testIssuer } from '../gateway.fixture.ts'
import { audit, command, contract, Type } from 'banyan'

test('the root tells where things are, to browsers as a page and to programs as JSON', async () => {
  await using running = await startGateway({ title: 'Ann & <Co>' })
  const json = await running.ask('/')
  assert.equal(json.status, 200)
  assert.deepEqual(json.json, {
    title: 'Ann & <Co>',
    version: '0.1.0',
    documentation: '/docs',
    openapi: '/openapi.json',
    live: '/health/live',
    ready: '/health/ready',
  })
  for (const accept of ['*/*', 'application/json', 'application/json, text/html'])
    assert.match((await running.ask('/', { headers: { accept } })).text, /^\{/)
  const page = await running.ask('/', { headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } })
  assert.match(String(page.headers['content-type']), /^text\/html/)
  assert.match(page.text, /<h1>Ann &#38; &#60;Co&#62;<\/h1>/)
  for (const [, path = ''] of page.text.matchAll(/href="([^"]+)"/g)) assert.equal((await running.ask(path)).status, 200, path)
  assert.equal((await running.ask('/', { method: 'POST' })).status, 405)
  assert.equal((await running.ask('/nowhere')).status, 404)
})

const Credentials = Type.Object({ email: Type.String(), password: Type.String() })
const people = contract('people', {
  schemas: { Credentials },
  operations: {
    login: command('POST /api/login', { input: Credentials, output: Type.Object({ token: Type.String() }), access: 'public' }),
  },
  audits: { everybody: audit({ input: Type.Object({}), output: Type.Array(Type.String()) }) },
})

test('audit queries stand in no reference, and no path leads to them', async () => {
  await using running = await startGateway({}, stubHost({ services: [gatewayService(people)] }))
  assert.equal((await running.ask('/openapi.json')).text.includes('everybody'), false)
  for (const path of ['/api/audits/everybody', '/audits.everybody', '/api/people/audits.everybody', '/api/people/everybody'])
    assert.equal((await running.ask(path)).status, 404, path)
})

test('the reference names schemas after their contracts, and says how to sign in', async () => {
  const { tokens } = await testIssuer()
  const options = { tokens: { ...tokens, signIn: { operation: 'people.login', token: 'token' } } }
  await using running = await startGateway(options, stubHost({ services: [gatewayService(people)] }))
  const document = (await running.ask('/openapi.json')).json as { components: { schemas: object; securitySchemes: { bearer: object } } }
  assert.ok('people.Credentials' in document.components.schemas)
  assert.deepEqual(document.components.securitySchemes.bearer, {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    'x-banyan-sign-in': { operationId: 'people.login', token: 'token' },
  })
})

test('refuses at start to sign in by an operation that is not there', async () => {
  const { tokens } = await testIssuer()
  await assert.rejects(startGateway({ tokens: { ...tokens, signIn: { operation: 'users.login', token: 'token' } } }), {
    code: 'misuse',
    message: /signIn names "users.login".*there are /,
  })
})
