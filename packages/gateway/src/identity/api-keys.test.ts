import assert from 'node:assert/strict'
import { test } from 'node:test'
import { apiKeyHash, createApiKeys } from './api-keys.ts'

test('knows the principal of a secret, and of nothing else', () => {
  const keys = createApiKeys([
    { id: 'erp', sha256: apiKeyHash('secret-of-the-erp'), roles: ['finance'] },
    { id: 'ci', sha256: apiKeyHash('secret-of-the-ci').toUpperCase(), roles: ['admin'] },
  ])
  assert.deepEqual(keys('secret-of-the-erp'), { kind: 'key', subject: 'erp', roles: ['finance'] })
  assert.equal(keys('secret-of-the-ci')?.subject, 'ci')
  for (const secret of ['', 'secret', apiKeyHash('secret-of-the-erp'), 'x'.repeat(100_000)]) assert.equal(keys(secret), undefined)
})

test('refuses a secret where its hash belongs, without repeating it', () => {
  assert.throws(
    () => createApiKeys([{ id: 'erp', sha256: 'my-secret', roles: [] }]),
    (error: Error) => !error.message.includes('my-secret'),
  )
})

test('refuses an id or a secret that is there twice, in whatever spelling: its roles would depend on the order', () => {
  const one = { id: 'erp', sha256: apiKeyHash('secret-of-the-erp'), roles: ['finance'] }
  const same = { ...one, id: 'ci', sha256: one.sha256.toUpperCase(), roles: ['admin'] }
  assert.throws(() => createApiKeys([one, same]), { code: 'misuse', message: /"erp" and "ci" have the same secret/ })
  const again = { ...one, sha256: apiKeyHash('another') }
  assert.throws(() => createApiKeys([one, again]), { code: 'misuse', message: /"erp" is there twice/ })
})
