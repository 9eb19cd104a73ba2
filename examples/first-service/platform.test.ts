import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testPlatform } from '@banyan/testing'
import shop from './platform.ts'

test('greets over HTTP, and refuses a name that is too short by naming the field', async () => {
  assert.ok(shop.gateway)
  await using platform = await testPlatform({ services: shop.services, gateway: shop.gateway })
  const url = `http://127.0.0.1:${platform.port}/api/greetings`
  assert.deepEqual(await (await fetch(`${url}/Ann`)).json(), { text: 'Hello Ann' })
  const refused = (await (await fetch(`${url}/A`)).json()) as { code: string; errors: { pointer: string }[] }
  assert.equal(refused.code, 'invalid_argument')
  assert.deepEqual(refused.errors[0]?.pointer, '/name')
})
