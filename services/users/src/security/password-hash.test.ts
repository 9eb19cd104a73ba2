import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemRandom } from 'banyan/kernel'
import { DUMMY_HASH, hashPassword, isOutdated, verifyPassword } from './password-hash.ts'

test('verifies the password it hashed and no other', async () => {
  const stored = await hashPassword('correct horse', systemRandom())
  assert.equal(await verifyPassword('correct horse', stored), true)
  assert.equal(await verifyPassword('correct horsE', stored), false)
})

test('gives two equal passwords different hashes', async () => {
  const [first, second] = await Promise.all([hashPassword('same', systemRandom()), hashPassword('same', systemRandom())])
  assert.notEqual(first.hash, second.hash)
})

test('treats two spellings of one Unicode text as one password', async () => {
  const stored = await hashPassword('caf\u00e9', systemRandom())
  assert.equal(await verifyPassword('cafe\u0301', stored), true)
})

test('lets no password fit the hash of nobody', async () => {
  assert.equal(await verifyPassword('', DUMMY_HASH), false)
})

test('sees a hash made with other costs', () => {
  assert.equal(isOutdated(DUMMY_HASH), false)
  assert.equal(isOutdated({ ...DUMMY_HASH, parameters: { ...DUMMY_HASH.parameters, N: 1024 } }), true)
})
