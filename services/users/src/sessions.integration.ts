import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { createLocalJWKSet, jwtVerify } from 'jose'
import { TOKEN_AUDIENCE, TOKEN_ISSUER } from './contract.ts'
import { FREE_FAILURES, LOCK_MS_MIN } from './domain/lockout.ts'
import { REFRESH_TOKEN_MS } from './security/refresh-token.ts'
import { expiredSessions } from './store/session-records.ts'
import { aRegistration, PASSWORD, usersPlatform } from './users.fixture.ts'
import { sqlOf } from 'banyan/store'

test('signs tokens that the published keys verify, also after a restart', async () => {
  await using before = await usersPlatform()
  const { accessToken, id } = await before.guest('register', aRegistration())
  await before.platform.stop()
  await using after = await usersPlatform({ directory: before.platform.directory })
  const { keys } = await after.guest('jwks', {})
  assert.equal(keys.length, 1)
  assert.deepEqual(Object.keys(keys[0] ?? {}).toSorted(), ['alg', 'crv', 'kid', 'kty', 'use', 'x'])
  const { payload } = await jwtVerify(accessToken, createLocalJWKSet({ keys }), { issuer: TOKEN_ISSUER, audience: TOKEN_AUDIENCE })
  assert.deepEqual([payload.sub, payload['roles']], [id, ['customer']])
})

test('answers an unknown email and a wrong password alike', async () => {
  await using shop = await usersPlatform()
  await shop.guest('register', aRegistration())
  const wrong = await shop.guest('login', { email: 'ada@example.org', password: 'not it at all' }).catch((error: unknown) => error)
  const unknown = await shop.guest('login', { email: 'eve@example.org', password: 'not it at all' }).catch((error: unknown) => error)
  assert.deepEqual(wrong, unknown)
  assert.equal((wrong as { code: string }).code, 'invalid_credentials')
})

test('locks an address after repeated failures, known or not, also over a restart, and opens it again', async () => {
  await using before = await usersPlatform()
  await before.guest('register', aRegistration())
  for (const email of ['ada@example.org', 'eve@example.org']) {
    for (let attempt = 0; attempt < FREE_FAILURES; attempt++)
      await assert.rejects(before.guest('login', { email, password: 'not it at all' }), { code: 'invalid_credentials' })
    await assert.rejects(before.guest('login', { email, password: PASSWORD }), { code: 'rate_limited', status: 429 })
  }
  await before.platform.stop()
  await using after = await usersPlatform({ directory: before.platform.directory })
  await assert.rejects(after.guest('login', { email: 'ada@example.org', password: PASSWORD }), { code: 'rate_limited' })
  after.advance(LOCK_MS_MIN)
  assert.equal((await after.guest('login', { email: 'ada@example.org', password: PASSWORD })).user.email, 'ada@example.org')
})

test('lets parallel guesses gain no more than the slots of costly work', async () => {
  await using shop = await usersPlatform()
  await shop.guest('register', aRegistration())
  const guesses = await Promise.allSettled(
    Array.from({ length: 20 }, (_, index) => shop.guest('login', { email: 'ada@example.org', password: `guess number ${index}` })),
  )
  const codes = guesses.map((guess) => (guess.status === 'rejected' ? (guess.reason as { code: string }).code : 'in'))
  const tried = codes.filter((code) => code === 'invalid_credentials').length
  assert.ok(tried >= FREE_FAILURES && tried <= FREE_FAILURES + 1, `${tried} passwords were tried`)
})

test('refuses refresh tokens that are old, ended or made up', async () => {
  await using shop = await usersPlatform()
  const { refreshToken } = await shop.guest('register', aRegistration())
  await shop.guest('logout', { refreshToken })
  await assert.rejects(shop.guest('refresh', { refreshToken }), { code: 'invalid_refresh_token' })
  await assert.rejects(shop.guest('refresh', { refreshToken: 'made-up' }), { code: 'invalid_refresh_token' })
  assert.equal(await shop.guest('logout', { refreshToken: 'made-up' }), null)
  const later = await shop.guest('login', { email: 'ada@example.org', password: PASSWORD })
  shop.advance(REFRESH_TOKEN_MS)
  await assert.rejects(shop.guest('refresh', { refreshToken: later.refreshToken }), { code: 'invalid_refresh_token' })
})

test('writes neither passwords nor refresh tokens to disk', async () => {
  await using shop = await usersPlatform()
  const { refreshToken } = await shop.guest('register', aRegistration())
  await shop.guest('login', { email: 'ada@example.org', password: PASSWORD })
  const files = readdirSync(shop.platform.directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  assert.ok(files.length > 0)
  for (const file of files) {
    const bytes = readFileSync(path.join(file.parentPath, file.name))
    assert.ok(!bytes.includes(PASSWORD) && !bytes.includes(refreshToken), file.name)
  }
})

test('forgets the sessions of users who never come back, once they have expired', async () => {
  await using shop = await usersPlatform()
  await shop.guest('register', aRegistration())
  const remove = async (limit: number) => {
    const store = shop.platform.services[0]!.store
    return (await store.transaction((tx) => expiredSessions.remove({ sql: sqlOf(tx) }, Date.now() + REFRESH_TOKEN_MS + 60_000, limit)))
      .value
  }
  const { refreshToken } = await shop.guest('login', { email: 'ada@example.org', password: PASSWORD })
  await shop.guest('refresh', { refreshToken })
  assert.equal(await remove(2), 2)
  assert.equal(await remove(2), 1)
  assert.equal(await remove(2), 0)
})
