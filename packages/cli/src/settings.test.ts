import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readSettings } from './settings.ts'

test('the sizes of what a service has on PostgreSQL come from the environment, and wrong ones are refused with their name', () => {
  const settings = readSettings({ BANYAN_POSTGRES_POOL_MAX: '12', BANYAN_POSTGRES_WRITERS: '2' }, '/')
  assert.equal(settings.poolMax, 12)
  assert.equal(settings.writers, 2)
  assert.equal(readSettings({ BANYAN_POSTGRES_POOL_MAX: '' }, '/').poolMax, undefined)
  for (const wrong of ['0', '-1', '1.5', 'many', '1001'])
    assert.throws(() => readSettings({ BANYAN_POSTGRES_POOL_MAX: wrong }, '/'), {
      code: 'failed_precondition',
      message: `BANYAN_POSTGRES_POOL_MAX is "${wrong}"; it must be a whole number from 1 to 1000`,
    })
})
