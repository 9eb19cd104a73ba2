import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRandom } from 'banyan/kernel'
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose'
import { ACCESS_TOKEN_SECONDS } from '../contract.ts'
import { signAccessToken } from './access-token.ts'
import { createSigningKey, publicKeyDocument, signingKey } from './signing-key.ts'

const now = 1_800_000_000_000
const claims = { issuer: 'shop', audience: 'api', userId: 'u1', roles: ['customer'], tokenId: 't1', now }

test('signs a token that the published key verifies', async () => {
  const record = createSigningKey(seededRandom(1), now)
  const token = signAccessToken(signingKey(record), claims)
  const keys = createLocalJWKSet({ keys: [publicKeyDocument(record)] })
  const { payload } = await jwtVerify(token, keys, { issuer: 'shop', audience: 'api', typ: 'at+jwt', currentDate: new Date(now) })
  const issuedAt = now / 1_000
  const expected = {
    roles: ['customer'],
    iss: 'shop',
    aud: 'api',
    sub: 'u1',
    jti: 't1',
    iat: issuedAt,
    exp: issuedAt + ACCESS_TOKEN_SECONDS,
  }
  assert.deepEqual({ ...payload }, expected)
  assert.deepEqual({ ...decodeProtectedHeader(token) }, { alg: 'EdDSA', typ: 'at+jwt', kid: record.kid })
})

test('is refused under another key and after its time', async () => {
  const record = createSigningKey(seededRandom(1), now)
  const token = signAccessToken(signingKey(record), claims)
  const others = createLocalJWKSet({ keys: [{ ...publicKeyDocument(createSigningKey(seededRandom(2), now)), kid: record.kid }] })
  await assert.rejects(jwtVerify(token, others, { currentDate: new Date(now) }), { code: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED' })
  const keys = createLocalJWKSet({ keys: [publicKeyDocument(record)] })
  const late = new Date(now + ACCESS_TOKEN_SECONDS * 1_000 + 1_000)
  await assert.rejects(jwtVerify(token, keys, { currentDate: late }), { code: 'ERR_JWT_EXPIRED' })
})
