import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openSettings } from './settings.ts'

test('fills an empty catalog unless told otherwise, and never by itself in production', async () => {
  const seed = async (environment: Record<string, string>): Promise<boolean> => (await openSettings({ environment })).seed
  assert.equal(await seed({}), true)
  assert.equal(await seed({ BANYAN_SEED: '' }), true)
  assert.equal(await seed({ BANYAN_SEED: 'off' }), false)
  assert.equal(await seed({ NODE_ENV: 'production' }), false)
  assert.equal(await seed({ NODE_ENV: 'production', BANYAN_SEED: 'on' }), true)
})

test('refuses a BANYAN_SEED that is neither on nor off: demo products would be sold', async () => {
  for (const asked of ['maybe', 'OFF', '0', 'false'])
    await assert.rejects(openSettings({ environment: { BANYAN_SEED: asked } }), {
      code: 'failed_precondition',
      message: `BANYAN_SEED is "${asked}"; give "on" or "off", or leave it out`,
    })
})
