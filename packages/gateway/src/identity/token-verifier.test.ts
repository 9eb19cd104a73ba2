import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { virtualClock } from '@banyan/testing'
import { BanyanError, silentLogger } from 'banyan/kernel'
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'
import { createTokenVerifier, type TokenVerifier } from './token-verifier.ts'

const RULES = { issuer: 'shop', audience: 'shop-api' }
const own = await generateKeyPair('EdDSA', { extractable: true })
const foreign = await generateKeyPair('EdDSA', { extractable: true })
const jwk: JWK = { ...(await exportJWK(own.publicKey)), kid: 'k1', alg: 'EdDSA', use: 'sig' }

function verifying(): { clock: ReturnType<typeof virtualClock>; verifier: TokenVerifier; publish: (keys: JWK[]) => void } {
  const clock = virtualClock()
  let keys = [jwk]
  return {
    clock,
    verifier: createTokenVerifier({ rules: RULES, load: async () => ({ keys }), clock, log: silentLogger }),
    publish: (next) => void (keys = next),
  }
}

interface Signing {
  readonly claims?: Record<string, unknown>
  readonly header?: Record<string, unknown>
  readonly key?: Parameters<SignJWT['sign']>[0]
}

/** A token of user u1, good for 15 minutes from `nowMs`, with changes; an undefined claim is left out. */
function sign(nowMs: number, { claims = {}, header = {}, key = own.privateKey }: Signing = {}): Promise<string> {
  const seconds = Math.floor(nowMs / 1_000)
  const payload = { iss: 'shop', aud: 'shop-api', sub: 'u1', roles: ['customer'], iat: seconds, exp: seconds + 900, ...claims }
  return new SignJWT(JSON.parse(JSON.stringify(payload)) as Record<string, unknown>)
    .setProtectedHeader({ alg: 'EdDSA', kid: 'k1', typ: 'at+jwt', ...header })
    .sign(key)
}

async function refusal(verifier: TokenVerifier, token: string): Promise<string> {
  const thrown: unknown = await verifier.verify(token).then(
    () => assert.fail('was accepted'),
    (error: unknown) => error,
  )
  assert.ok(thrown instanceof BanyanError && thrown.code === 'unauthenticated', String(thrown))
  return thrown.message
}

test('knows who a good token belongs to', async () => {
  const { clock, verifier } = verifying()
  const token = await sign(clock.now())
  assert.equal(verifier.known(token), undefined)
  assert.deepEqual(await verifier.verify(token), { kind: 'user', subject: 'u1', roles: ['customer'] })
  assert.deepEqual(verifier.known(token), { kind: 'user', subject: 'u1', roles: ['customer'] })
})

test('refuses every token that is not exactly what it asks for', async () => {
  const { clock, verifier } = verifying()
  const now = clock.now()
  const seconds = now / 1_000
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const claims = { iss: 'shop', aud: 'shop-api', sub: 'admin', roles: ['admin'], exp: seconds + 900 }
  const good = await sign(now)
  const [head = '', body = '', signature = ''] = good.split('.')
  const hmacHead = encode({ alg: 'HS256', kid: 'k1', typ: 'at+jwt' })
  const hmac = createHmac('sha256', JSON.stringify(jwk))
    .update(`${hmacHead}.${encode(claims)}`)
    .digest('base64url')
  const bad: Record<string, string> = {
    expired: await sign(now, { claims: { exp: seconds - 10 } }),
    'not yet valid': await sign(now, { claims: { nbf: seconds + 60 } }),
    'without expiry': await sign(now, { claims: { exp: undefined } }),
    'without subject': await sign(now, { claims: { sub: undefined } }),
    'empty subject': await sign(now, { claims: { sub: '' } }),
    'other issuer': await sign(now, { claims: { iss: 'evil' } }),
    'other audience': await sign(now, { claims: { aud: 'other' } }),
    'an id token': await sign(now, { header: { typ: 'JWT' } }),
    'without type': await sign(now, { header: { typ: undefined } }),
    'foreign key, our id': await sign(now, { key: foreign.privateKey }),
    'unknown key id': await sign(now, { header: { kid: 'k9' } }),
    'alg none': `${encode({ alg: 'none', typ: 'at+jwt' })}.${encode(claims)}.`,
    'alg none, other case': `${encode({ alg: 'nOnE', kid: 'k1', typ: 'at+jwt' })}.${encode(claims)}.`,
    'symmetric with the public key': `${hmacHead}.${encode(claims)}.${hmac}`,
    'changed claims': `${head}.${encode(claims)}.${signature}`,
    'cut signature': `${head}.${body}.${signature.slice(0, -4)}`,
    'without signature': `${head}.${body}.`,
    'two parts': `${head}.${body}`,
    'key in the header': await sign(now, { header: { jwk: await exportJWK(foreign.publicKey) }, key: foreign.privateKey }),
    'unknown critical header': `${encode({ alg: 'EdDSA', kid: 'k1', typ: 'at+jwt', crit: ['x'], x: 1 })}.${body}.${signature}`,
    nonsense: 'abc',
    empty: '',
    huge: `${head}.${'a'.repeat(9_000)}.${signature}`,
    'key id that is no text': `${encode({ alg: 'EdDSA', kid: 7, typ: 'at+jwt' })}.${body}.${signature}`,
  }
  for (const [name, token] of Object.entries(bad)) {
    const message = await refusal(verifier, token)
    assert.doesNotMatch(message, /eyJ/, name)
    assert.equal(verifier.known(token), undefined, name)
  }
  assert.match(await refusal(verifier, bad['expired'] as string), /expired; sign in again/)
})

test('allows for five seconds between the clocks', async () => {
  const { clock, verifier } = verifying()
  await verifier.verify(await sign(clock.now(), { claims: { exp: clock.now() / 1_000 - 4 } }))
  await refusal(verifier, await sign(clock.now(), { claims: { exp: clock.now() / 1_000 - 6 } }))
})

test('takes strange roles for none', async () => {
  const { clock, verifier } = verifying()
  for (const roles of ['admin', { 0: 'admin' }, [1, null], undefined])
    assert.deepEqual((await verifier.verify(await sign(clock.now(), { claims: { roles } }))).roles, [])
})

test('remembers a verification for a minute and never beyond the expiry', async () => {
  const { clock, verifier } = verifying()
  const long = await sign(clock.now())
  const short = await sign(clock.now(), { claims: { exp: clock.now() / 1_000 + 20 } })
  await verifier.verify(long)
  await verifier.verify(short)
  await clock.advance(21_000)
  assert.ok(verifier.known(long))
  assert.equal(verifier.known(short), undefined)
  await clock.advance(40_000)
  assert.equal(verifier.known(long), undefined)
})

test('forgets what it verified when keys change', async () => {
  const { clock, verifier, publish } = verifying()
  const token = await sign(clock.now(), { claims: { exp: clock.now() / 1_000 + 3_600 } })
  await verifier.verify(token)
  publish([{ ...(await exportJWK(foreign.publicKey)), kid: 'k2', alg: 'EdDSA' }])
  await clock.advance(9 * 60_000)
  await verifier.verify(await sign(clock.now()))
  await clock.advance(0)
  assert.equal(verifier.known(token), undefined)
  await refusal(verifier, token)
})
