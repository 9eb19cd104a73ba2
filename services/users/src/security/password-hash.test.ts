import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemRandom } from 'banyan/kernel'
import { passwordHasher } from './password-hash.ts'

const hasher = passwordHasher(systemRandom())

test('verifies the password it hashed and no other', async () => {
  const stored = await hasher.hash('correct horse')
  assert.equal(await hasher.verify('correct horse', stored), true)
  assert.equal(await hasher.verify('correct horsE', stored), false)
})

test('gives two equal passwords different hashes', async () => {
  const [first, second] = await Promise.all([hasher.hash('same'), hasher.hash('same')])
  assert.notEqual(first.hash, second.hash)
})

test('treats two spellings of one Unicode text as one password', async () => {
  const stored = await hasher.hash('caf\u00e9')
  assert.equal(await hasher.verify('cafe\u0301', stored), true)
})

/** Far less than a hash takes on any machine, far more than an answer without one. */
const WORK_MS_MIN = 10

test('lets no password fit nobody, and works for that answer as for a user', async () => {
  const start = performance.now()
  assert.equal(await hasher.verify('', undefined), false)
  assert.ok(performance.now() - start > WORK_MS_MIN)
})

test('costs what OWASP recommends, and sees a hash made with other costs', async () => {
  const { parameters } = await hasher.hash('x')
  assert.deepEqual(parameters, { N: 2 ** 14, r: 8, p: 5 })
  const cheap = passwordHasher(systemRandom(), { N: 16, r: 1, p: 1 })
  const stored = await cheap.hash('x')
  assert.deepEqual([cheap.isOutdated(stored), hasher.isOutdated(stored)], [false, true])
  assert.equal(await hasher.verify('x', stored), true)
})
