import assert from 'node:assert/strict'
import { test } from 'node:test'
import { virtualClock } from '@banyan/testing'
import { silentLogger } from 'banyan/kernel'
import { exportJWK, generateKeyPair, type JWK } from 'jose'
import { createKeySet, type KeySet, type PublishedKeys } from './key-set.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

async function publishedKey(kid: string): Promise<JWK> {
  const { publicKey } = await generateKeyPair('EdDSA', { extractable: true })
  return { ...(await exportJWK(publicKey)), kid, alg: 'EdDSA', use: 'sig' }
}
const [first, second] = await Promise.all([publishedKey('k1'), publishedKey('k2')])

interface World {
  readonly clock: ReturnType<typeof virtualClock>
  readonly keys: KeySet
  readonly asked: () => number
  readonly changes: () => number
  publish(load: () => Promise<PublishedKeys>): void
}

function world(load: () => Promise<PublishedKeys> = async () => ({ keys: [first] })): World {
  const clock = virtualClock()
  let current = load
  let asked = 0
  let changes = 0
  const keys = createKeySet({
    load: () => {
      asked++
      return current()
    },
    algorithm: 'EdDSA',
    clock,
    log: silentLogger,
    onChange: () => changes++,
  })
  return { clock, keys, asked: () => asked, changes: () => changes, publish: (next) => void (current = next) }
}
const down = (): Promise<PublishedKeys> => Promise.reject(new Error('ECONNREFUSED'))

test('asks once for many questions', async () => {
  const { keys, asked } = world()
  const found = await Promise.all(Array.from({ length: 20 }, () => keys.find('k1')))
  assert.ok(found.every((key) => key !== undefined))
  assert.equal(asked(), 1)
})

test('asks again for an unknown id, but not more than every 30 seconds', async () => {
  const { clock, keys, asked, publish } = world()
  await keys.find('k1')
  for (let index = 0; index < 100; index++) assert.equal(await keys.find(`made-up-${index}`), undefined)
  assert.equal(asked(), 1)
  publish(async () => ({ keys: [first, second] }))
  await clock.advance(31_000)
  assert.ok(await keys.find('k2'))
  assert.equal(asked(), 2)
})

test('refreshes in the background and notices keys that were withdrawn', async () => {
  const { clock, keys, publish, changes } = world(async () => ({ keys: [first, second] }))
  assert.ok(await keys.find('k1'))
  publish(async () => ({ keys: [second] }))
  await clock.advance(9 * MINUTE)
  assert.ok(await keys.find('k1'), 'the old answer serves while the new one is asked for')
  await clock.advance(0)
  assert.equal(await keys.find('k1'), undefined)
  assert.equal(changes(), 1)
})

test('serves on with the last keys for a day while the issuer is down, then says so', async () => {
  const { clock, keys, publish } = world()
  await keys.find('k1')
  publish(down)
  for (let hour = 0; hour < 23; hour++) {
    await clock.advance(HOUR)
    assert.ok(await keys.find('k1'), `after ${hour + 1} h`)
    await clock.advance(0)
  }
  await clock.advance(2 * HOUR)
  await assert.rejects(keys.find('k1'), { code: 'unavailable' })
  publish(async () => ({ keys: [first] }))
  await clock.advance(2_000)
  assert.ok(await keys.find('k1'))
})

test('says that it has no keys while the issuer has never answered, and asks at most every second', async () => {
  const { clock, keys, asked, publish } = world(down)
  for (let index = 0; index < 50; index++) await assert.rejects(keys.find('k1'), { code: 'unavailable' })
  assert.equal(asked(), 1)
  publish(async () => ({ keys: [first] }))
  await clock.advance(1_000)
  assert.ok(await keys.find('k1'))
})

test('does not wait for an issuer that hangs', async () => {
  const { clock, keys } = world(() => new Promise(() => {}))
  const found = assert.rejects(keys.find('k1'), { code: 'unavailable' })
  await clock.advance(6_000)
  await found
})

test('takes only public signature keys of the one algorithm', async () => {
  const { publicKey: rsa } = await generateKeyPair('RS256', { extractable: true })
  const { privateKey } = await generateKeyPair('EdDSA', { extractable: true })
  const { keys } = world(async () => ({
    keys: [
      { kty: 'oct', k: 'c2VjcmV0', kid: 'symmetric' },
      { ...(await exportJWK(rsa)), kid: 'rsa' },
      { ...first, kid: 'encryption', use: 'enc' },
      { kty: 'OKP', crv: 'Ed25519', x: 'broken', kid: 'broken' },
      { ...(await exportJWK(privateKey)), kid: 'leaked' },
      first,
    ],
  }))
  for (const id of ['symmetric', 'rsa', 'encryption', 'broken']) assert.equal(await keys.find(id), undefined, id)
  assert.equal((await keys.find('leaked'))?.type, 'public')
  assert.equal(await keys.find(undefined), undefined, 'a token must say which key, unless there is only one')
})
