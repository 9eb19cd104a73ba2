import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readStoreKinds } from './service-stores.ts'
import { refuseMisspelt, refuseUnknown } from './unknown-settings.ts'

const KNOWN = [{ name: 'BANYAN_HOLD_TTL_MS', meaning: 'how long', form: 'milliseconds', byDefault: '1', reader: 'stock' }]

test('refuses a variable that nobody reads, with the nearest known name and without its value', () => {
  const meant = {
    BANYAN_HOLD_TTL: 'BANYAN_HOLD_TTL_MS',
    BANYAN_HOLDS_TTL_MS: 'BANYAN_HOLD_TTL_MS',
    BANYAN_TTL_OF_HOLDS: undefined,
    banyan_hold_ttl_ms: 'BANYAN_HOLD_TTL_MS',
    BANYN_HOLD_TTL_MS: 'BANYAN_HOLD_TTL_MS',
    BANYAN_DTA: 'BANYAN_DATA',
    BANYAN_STORE_ORDERS: 'BANYAN_STORE',
    BANYAN_POSTGRES_POOL: 'BANYAN_POSTGRES_POOL_MAX',
    BANYAN_PORT: 'PORT',
    BANYAN_HOST: 'HOST',
    BANYAN_POSTGRES_URL: 'POSTGRES_URL',
    BANYAN_: undefined,
    BANYAN_QUITE_ANOTHER_TOOL: undefined,
  }
  for (const [name, known] of Object.entries(meant)) {
    const said = known === undefined ? `nobody reads the variable ${name};` : `nobody reads the variable ${name}, did you mean ${known}?;`
    assert.throws(
      () => refuseUnknown({ PATH: '/bin', [name]: 's3cret' }, KNOWN),
      (error: Error & { code: string }) => {
        assert.equal(error.code, 'failed_precondition')
        assert.ok(error.message.startsWith(said), error.message)
        return !error.message.includes('s3cret')
      },
      name,
    )
  }
  assert.throws(() => refuseUnknown({ BANYAN_A: '', BANYAN_B: '' }, []), /BANYAN_A; .*BANYAN_B; correct or unset/)
})

test('takes what the toolkit or the platform knows, and what is of another tool', () => {
  refuseUnknown({ BANYAN_DATA: 'x', BANYAN_HOLD_TTL_MS: '5', POSTGRES_URI: 'x', PORTS: '1', BANYANO: 'x', MY_BANYAN_DATA: 'x' }, KNOWN)
  assert.throws(() => refuseUnknown({ BANYAN_HOLD_TTL_MS: '5' }, []), { code: 'failed_precondition' })
})

test('knows the store of each service of the platform, and the nearest one to a misspelt name', () => {
  const services = ['inventory', 'users', 'price-lists']
  refuseUnknown({ BANYAN_STORE_INVENTORY: 'sqlite', BANYAN_STORE_PRICE_LISTS: 'postgres' }, [], services)
  const meant = {
    BANYAN_STORE_INVENTROY: 'BANYAN_STORE_INVENTORY',
    BANYAN_STORE_INVENTORIES: 'BANYAN_STORE_INVENTORY',
    BANYAN_STORE_PRICELISTS: 'BANYAN_STORE_PRICE_LISTS',
    BANYAN_STORE_USER: 'BANYAN_STORE_USERS',
    BANYAN_STOR_USERS: 'BANYAN_STORE_USERS',
  }
  for (const [name, known] of Object.entries(meant))
    assert.throws(
      () => refuseUnknown({ [name]: 'sqlite' }, [], services),
      { code: 'failed_precondition', message: new RegExp(`${name}, did you mean ${known}\\?`) },
      name,
    )
})

test('lets be what Kubernetes puts into containers for a service of that name', () => {
  const links = {
    BANYAN_SERVICE_HOST: '10.0.0.1',
    BANYAN_SERVICE_PORT: '80',
    BANYAN_SERVICE_PORT_HTTP: '80',
    BANYAN_PORT: 'tcp://10.0.0.1:80',
    BANYAN_PORT_80_TCP: 'tcp://10.0.0.1:80',
    BANYAN_PORT_80_TCP_ADDR: '10.0.0.1',
    BANYAN_GATEWAY_SERVICE_HOST: '10.0.0.1',
    BANYAN_GATEWAY_PORT: 'tcp://10.0.0.1:80',
    BANYAN_STORE_SERVICE_HOST: '10.0.0.1',
    BANYAN_STORE_PORT: 'tcp://10.0.0.1:80',
  }
  refuseUnknown(links, [])
  assert.equal(readStoreKinds(links).size, 0)
  refuseMisspelt(links)
})

test('a command that knows no platform refuses what is nearly a variable of the toolkit', () => {
  for (const name of ['BANYAN_DTA', 'BANYAN_STOER', 'BANYN_DATA', 'banyan_data'])
    assert.throws(() => refuseMisspelt({ [name]: 'x' }), { code: 'failed_precondition' }, name)
  refuseMisspelt({ BANYAN_DATA: 'x', BANYAN_HOLD_TTL_MS: '5', BANYAN_SEED: 'off' })
})
