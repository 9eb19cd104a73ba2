import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readStoreKinds, storeKindOf } from './service-stores.ts'
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

test('a variable for each service says where that one is kept, and a wrong or unsafe one is refused with its name', () => {
  const url = 'postgres://u@localhost/shop'
  const { store, storeKinds } = readSettings({ BANYAN_STORE_INVENTORY: 'postgres', BANYAN_STORE_USERS: '', POSTGRES_URL: url }, '/')
  assert.equal(store, 'sqlite')
  assert.deepEqual([...storeKinds], [['INVENTORY', 'postgres']])
  assert.equal(storeKindOf(storeKinds, 'inventory'), 'postgres')
  assert.equal(storeKindOf(storeKinds, 'users'), undefined)
  assert.equal(storeKindOf(readStoreKinds({ BANYAN_STORE_PRICE_LISTS: 'sqlite' }), 'price-lists'), 'sqlite')
  assert.throws(() => readSettings({ BANYAN_STORE_INVENTORY: 'redis' }, '/'), {
    code: 'failed_precondition',
    message: 'BANYAN_STORE_INVENTORY is "redis"; it must be "sqlite", "postgres" or "memory"',
  })
  assert.throws(() => readSettings({ BANYAN_STORE_INVENTORY: 'postgres' }, '/'), /POSTGRES_URL is ""/)
  for (const allowed of [undefined, '', 'off', 'yes'])
    assert.throws(() => readSettings({ BANYAN_STORE_INVENTORY: 'memory', BANYAN_ALLOW_LOSS: allowed }, '/'), {
      code: 'failed_precondition',
      message: /BANYAN_STORE_INVENTORY is "memory": all of it is lost .* BANYAN_ALLOW_LOSS=on/,
    })
  assert.equal(readSettings({ BANYAN_STORE_INVENTORY: 'memory', BANYAN_ALLOW_LOSS: 'on' }, '/').storeKinds.get('INVENTORY'), 'memory')
})
