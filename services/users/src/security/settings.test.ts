import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readSettings } from './settings.ts'

test('creates no admin unless the environment names one', () => {
  assert.equal(readSettings({}).admin, undefined)
})

test('refuses half an admin', () => {
  assert.throws(() => readSettings({ BANYAN_ADMIN_EMAIL: 'root@example.org' }), { code: 'failed_precondition' })
})

test('refuses a weak admin password in production only', () => {
  const weak = { BANYAN_ADMIN_EMAIL: 'Root@example.org', BANYAN_ADMIN_PASSWORD: 'admin' }
  assert.deepEqual(readSettings(weak).admin, { email: 'root@example.org', password: 'admin' })
  assert.throws(() => readSettings({ ...weak, NODE_ENV: 'production' }), /BANYAN_ADMIN_PASSWORD must have at least 8 characters/)
  assert.throws(() => readSettings({ ...weak, BANYAN_ADMIN_PASSWORD: 'short-one', NODE_ENV: 'production' }), /at least 12 characters/)
})
