// The API's reference as a newcomer meets it: a page that reads well, bodies that can be sent as they stand, schemas with names.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, suite, test } from 'node:test'
import { type OperationDefinition, schemaCheck, type TSchema } from 'banyan/contract'
import { temporaryDirectory } from '@banyan/testing'
import platform from '../platform.ts'
import { runPage } from './support/page-of-text.ts'
import { ADMIN, adminToken, anOrder as ordered, registerUser, sellProducts, shopClient } from './support/shop-client.ts'
import { type ShopProcess, startShop } from './support/shop-process.ts'
import { dropTestSchemas } from './support/test-stores.ts'

const SCHEMA_PREFIX = `reference_${process.pid}_`
const directory = temporaryDirectory()
let shop: ShopProcess
let document: ReferenceDocument

interface Media {
  readonly schema: TSchema
  readonly example?: unknown
}
interface ReferenceOperation {
  readonly operationId: string
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required: boolean; readonly example?: unknown }[]
  readonly requestBody?: { readonly content: { readonly 'application/json': Media } }
  readonly responses: Readonly<Record<string, { readonly content?: { readonly 'application/json'?: Media } }>>
}
interface ReferenceDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, ReferenceOperation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, object>> }
}

before(async () => {
  const environment = { ...ADMIN, BANYAN_SEED: 'off', BANYAN_RATE_LIMITS: 'off', BANYAN_POSTGRES_SCHEMA_PREFIX: SCHEMA_PREFIX }
  shop = await startShop({ directory: directory.path, environment })
  document = (await (await fetch(`${shop.url}/openapi.json`)).json()) as ReferenceDocument
})
after(async () => {
  await shop.stop()
  directory[Symbol.dispose]()
  await dropTestSchemas(SCHEMA_PREFIX)
})

interface Parameter {
  readonly name: string
  readonly in: string
  readonly example?: unknown
}

/** Answers that say that the request itself was formed wrongly. */
const OF_FORM: ReadonlySet<number> = new Set([400, 415, 422, 428])
/** Operations that refuse what the page fills in, each with the reason. */
const REFUSED: Readonly<Record<string, string>> = { 'users.resetPassword': 'its token comes by mail; none that could be shown is one' }

function exampleOf(parameters: readonly Parameter[], name: string): string {
  return String(parameters.find((each) => each.in === 'path' && each.name === name)?.example)
}

/** Makes a user, a product and an order; returns what names one of them in the path of an operation. */
async function thingsThatExist(): Promise<(operationId: string, parameter: string) => string | undefined> {
  const sku = 'TEST-1' // an earlier test sells it
  const { token, userId } = await registerUser(shop.url, 'dora@example.org')
  const placed = await shopClient(shop.url, token).request<{ id: string }>('POST', '/api/orders', ordered({ sku }), {
    'idempotency-key': 'dora',
    prefer: 'wait=20',
  })
  const products = await shopClient(shop.url).request<{ items: { id: string }[] }>('GET', '/api/products')
  const byService: Readonly<Record<string, string | undefined>> = {
    users: userId,
    catalog: products.body.items[0]?.id,
    orders: placed.body.id,
  }
  return (operationId, parameter) => (parameter === 'sku' ? sku : byService[operationId.split('.')[0] as string])
}

const operations = (): ReferenceOperation[] => Object.values(document.paths).flatMap((item) => Object.values(item))
const bodyOf = (operation: ReferenceOperation): Media | undefined => operation.requestBody?.content['application/json']

suite('the reference of the shop', () => {
  test('every body and every required parameter has an example that the operation takes', () => {
    const known = new Map<string, OperationDefinition>(
      platform.services.flatMap(({ definition: { contract } }) =>
        Object.entries(contract.operations).map(([name, one]) => [`${contract.name}.${name}`, one as OperationDefinition] as const),
      ),
    )
    let bodies = 0
    for (const operation of operations()) {
      const body = bodyOf(operation)
      const parameters = (operation.parameters ?? []).filter((each) => each.in === 'path' || each.in === 'query')
      for (const { name, required, example } of parameters)
        assert.ok(!required || example !== undefined, `${operation.operationId} ${name}`)
      if (body !== undefined) assert.ok(body.example !== undefined, operation.operationId)
      if (body !== undefined) bodies++
      const definition = known.get(operation.operationId)
      if (definition === undefined) continue // of the gateway itself
      // Paths that differ only in the names of their parameters are one in the document.
      const inPath = parameters
        .filter((each) => each.in === 'path')
        .map(({ example }, index) => [definition.route.parameters[index], example])
      const inQuery = parameters.filter((each) => each.in === 'query' && each.required).map(({ name, example }) => [name, example])
      const given = Object.fromEntries([...inPath, ...inQuery]) as object
      const version = definition.ifMatch === undefined ? {} : { [definition.ifMatch]: 1 }
      const input = { ...version, ...given, ...(body?.example as object | undefined) }
      schemaCheck(definition.input).parse(input, operation.operationId)
    }
    assert.ok(bodies > 10)
  })

  test('the examples of registering and ordering work as they stand', async () => {
    const exampleOf = (id: string) => bodyOf(operations().find(({ operationId }) => operationId === id) as ReferenceOperation)?.example
    await sellProducts(shop.url, 1, 10)
    const ann = await shopClient(shop.url).request<{ accessToken: string }>('POST', '/api/auth/register', exampleOf('users.register'))
    assert.equal(ann.status, 201, JSON.stringify(ann.body))
    const order = { ...(exampleOf('orders.place') as object), items: [{ sku: 'TEST-1', quantity: 1 }] }
    const placed = await shopClient(shop.url, ann.body.accessToken).request('POST', '/api/orders', order, {
      'idempotency-key': 'reference',
      prefer: 'wait=20',
    })
    assert.deepEqual([placed.status, placed.body['status']], [201, 'confirmed'], JSON.stringify(placed.body))
  })

  test('schemas have names, also those of aggregates', () => {
    const names = Object.keys(document.components.schemas)
    for (const name of ['orders.Order', 'orders.OrderLine', 'catalog.Product', 'users.User', 'recommendations.Recommendation'])
      assert.ok(names.includes(name), name)
    const dashboard = JSON.stringify(document.paths['/api/dashboard'])
    for (const name of ['orders.Order', 'recommendations.Recommendation', 'users.User'])
      assert.ok(dashboard.includes(`#/components/schemas/${name}"`), name)
  })

  test('the page says nothing that a program forgot to fill in', async () => {
    const page = await runPage(await (await fetch(`${shop.url}/docs`)).text(), shop.url)
    const entries = page.all('details').filter(({ id }) => id !== '')
    assert.equal(entries.length, operations().length)
    for (const entry of entries) {
      entry.open = true
      void entry.listeners.get('toggle')?.({})
    }
    const text = page.text()
    assert.doesNotMatch(text, /\bundefined\b|\[object |\bNaN\b/)
    assert.match(text, /Places an order/)
    const bodies = page.all('textarea').map(({ value }) => JSON.parse(value) as unknown)
    assert.deepEqual(
      bodies.map((body) => JSON.stringify(body)).toSorted(),
      operations()
        .flatMap((operation) => (bodyOf(operation) ? [JSON.stringify(bodyOf(operation)?.example)] : []))
        .toSorted(),
    )
  })

  test('a person signs in on the page, and its requests carry the token', async () => {
    await registerUser(shop.url, 'signs-in@example.org')
    const page = await runPage(await (await fetch(`${shop.url}/docs`)).text(), shop.url)
    const form = page.all('form')[0]
    const [email, password] = page.all('input').filter((input) => 'type' in input && 'required' in input && 'name' in input)
    assert.ok(form && email && password)
    const token = page.body.children.find((child) => typeof child !== 'string' && child.id === 'token') as { value: string }
    const submit = async (secret: string) => {
      email.value = 'signs-in@example.org'
      password.value = secret
      await form.listeners.get('submit')?.({ preventDefault() {} })
    }
    await submit('wrong')
    assert.equal(token.value, '')
    assert.match(page.text(), /Not signed in: /)
    await submit('correct horse battery')
    assert.match(page.text(), /Signed in as signs-in@example\.org/)
    assert.equal(password.value, '', 'the password is forgotten')
    assert.equal((await shopClient(shop.url, token.value).request('GET', '/api/dashboard')).status, 200)
  })

  test('every operation takes its request as the page fills it in, for something that exists', async () => {
    const ids = await thingsThatExist()
    let staff = shopClient(shop.url, await adminToken(shop.url))
    const wrong: string[] = []
    const { parameters: shared } = document.components as unknown as { parameters: Record<string, Parameter> }
    let sent = 0
    for (const [path, methods] of Object.entries(document.paths))
      for (const [method, operation] of Object.entries(methods)) {
        const { operationId } = operation
        const given = ((operation.parameters ?? []) as readonly (Parameter & { $ref?: string })[]).map((each) =>
          each.$ref === undefined ? each : (shared[each.$ref.split('/').at(-1) as string] as Parameter),
        )
        const filled = given.filter(({ example }) => example !== undefined)
        const target = path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
          encodeURIComponent(ids(operationId, name) ?? exampleOf(given, name)),
        )
        const query = new URLSearchParams(filled.filter((each) => each.in === 'query').map(({ name, example }) => [name, String(example)]))
        const headers = Object.fromEntries([
          ['Idempotency-Key', randomUUID()], // the page draws one
          ...filled.filter((each) => each.in === 'header').map(({ name, example }) => [name, String(example)] as const),
        ]) as Record<string, string>
        const url = query.size === 0 ? target : `${target}?${query.toString()}`
        const send = () => staff.request(method.toUpperCase(), url, bodyOf(operation)?.example, headers)
        let { status, body } = await send()
        if (body?.['code'] === 'unauthenticated') {
          staff = shopClient(shop.url, await adminToken(shop.url)) // the one before ended all sessions
          ;({ status, body } = await send())
        }
        const isRefused = OF_FORM.has(status) || status >= 500 || body?.['code'] === 'unauthenticated'
        if (isRefused !== operationId in REFUSED) wrong.push(`${operationId} answered ${status}: ${JSON.stringify(body)}`)
        sent++
      }
    assert.deepEqual(wrong, [])
    assert.ok(sent > 40, `${sent} operations`)
  })
})
