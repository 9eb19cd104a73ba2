import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readSettings } from './settings.ts'

test('creates no admin unless the environment names one', () => {
  assert.equal(readSettings({}).admin, undefined)
})

test('refuses half an admin', () => {
  assert.throws(() => readSettings({ BANYAN_ADMIN_EMAIL: 'root@example.org' }), { code: 'failed_precondition' })
})

test('takes the address of an admin by the rule of all addresses', () => {
  for (const address of [
    'root',
    'root@localhost',
    'a,b@example.org',
    '"root"@example.org',
    'root..a@example.org',
    'Root <root@example.org>',
  ])
    assert.throws(() => readSettings({ BANYAN_ADMIN_EMAIL: address, BANYAN_ADMIN_PASSWORD: 'a long admin secret' }), {
      code: 'failed_precondition',
      message: /^BANYAN_ADMIN_EMAIL must be a mail address/,
    })
})

test('refuses a weak admin password wherever others can try it', () => {
  const weak = { BANYAN_ADMIN_EMAIL: 'Root@example.org', BANYAN_ADMIN_PASSWORD: 'admin' }
  const own = [{}, { HOST: '' }, { HOST: '127.0.0.1' }, { HOST: 'localhost' }, { HOST: '::1' }, { BANYAN_HTTPS: 'off' }]
  for (const environment of own)
    assert.deepEqual(readSettings({ ...weak, ...environment }).admin, { email: 'root@example.org', password: 'admin' })
  const exposed = [
    { NODE_ENV: 'production' },
    { HOST: '0.0.0.0' },
    { HOST: '::' },
    { HOST: '192.168.1.5' },
    { HOST: 'shop.example.org' },
    { BANYAN_TRUSTED_PROXIES: '127.0.0.1' },
    { BANYAN_HOSTS: 'shop.example.org' },
    { BANYAN_HTTPS: 'on' },
  ]
  for (const environment of exposed) {
    const refused = { code: 'failed_precondition', message: /BANYAN_ADMIN_PASSWORD must have at least 8 characters.*, because / }
    assert.throws(() => readSettings({ ...weak, ...environment }), refused, JSON.stringify(environment))
    assert.throws(() => readSettings({ ...weak, BANYAN_ADMIN_PASSWORD: 'short-one', ...environment }), /at least 12 characters/)
    assert.ok(readSettings({ ...weak, BANYAN_ADMIN_PASSWORD: 'a long admin secret', ...environment }).admin)
  }
})
