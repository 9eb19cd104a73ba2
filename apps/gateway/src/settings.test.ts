import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readSettings } from './settings.ts'

const sha256 = 'a'.repeat(64)

test('is closed to other origins, proxies and programs unless told otherwise', () => {
  const { cors, trustedProxies, apiKeys, limits } = readSettings({})
  assert.deepEqual({ cors, trustedProxies, apiKeys }, { cors: undefined, trustedProxies: [], apiKeys: [] })
  assert.notEqual(limits, false)
})

test('reads lists with commas between', () => {
  const { cors, trustedProxies } = readSettings({
    BANYAN_CORS_ORIGINS: 'https://a.example, https://b.example',
    BANYAN_TRUSTED_PROXIES: '10.0.0.0/8',
  })
  assert.deepEqual(cors, { origins: ['https://a.example', 'https://b.example'] })
  assert.deepEqual(trustedProxies, ['10.0.0.0/8'])
})

test('reads API keys with their roles', () => {
  assert.deepEqual(readSettings({ BANYAN_API_KEYS: `erp:finance+support:${sha256}` }).apiKeys, [
    { id: 'erp', roles: ['finance', 'support'], sha256 },
  ])
})

test('never repeats what stands in the place of a key', () => {
  assert.throws(
    () => readSettings({ BANYAN_API_KEYS: 'erp:finance:my-secret' }),
    (error: Error) => error.message.includes('BANYAN_API_KEYS') && !error.message.includes('my-secret'),
  )
})

test('refuses an API key with a role that no user can have: it would open nothing', () => {
  for (const roles of ['nosuchrole', 'finance+nosuchrole', 'finance+', 'Admin'])
    assert.throws(() => readSettings({ BANYAN_API_KEYS: `erp:${roles}:${sha256}` }), {
      code: 'failed_precondition',
      message: /^BANYAN_API_KEYS must be .*customer, support, warehouse, finance, admin$/,
    })
})

test('refuses a switch that is neither on nor off', () => {
  assert.throws(() => readSettings({ BANYAN_RATE_LIMITS: 'no' }), {
    code: 'failed_precondition',
    message: 'BANYAN_RATE_LIMITS must be "on" or "off"',
  })
  assert.equal(readSettings({ BANYAN_RATE_LIMITS: 'off' }).limits, false)
})
