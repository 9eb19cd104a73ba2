import assert from 'node:assert/strict'
import { test } from 'node:test'
import { contract } from '../contract/index.ts'
import { define } from '../service/define/define.ts'
import { service } from '../service/define/service.ts'
import type { StoreFactory } from '../store/factory.ts'
import { platform, type StoreMaker } from './platform.ts'
import { platformStores } from './platform-stores.ts'

const services = ['carts', 'orders', 'stock'].map((name) => service(define(contract(name, {})).definition, {}))
const named = (adapter: string): StoreFactory => ({
  offer: () => ({ adapter, engines: ['sql'] }),
  open: () => Promise.reject(new Error(`${adapter} opens nothing`)),
})
const place = { environment: { URL: 'there' }, readOnly: true }

test('a service is kept where its start says, else where the platform says, else where all others are', () => {
  const asked: unknown[] = []
  const make: StoreMaker = (given) => {
    asked.push(given)
    return named('of the platform')
  }
  const shop = platform({ services, stores: { orders: make, stock: make } })
  const stores = platformStores(shop, { byDefault: named('of all'), of: { stock: named('of the start') } }, place)
  const adapters = services.map(({ name }) => stores.offer(name).adapter)
  assert.deepEqual(adapters, ['of all', 'of the platform', 'of the start'])
  assert.deepEqual(asked, [place], 'what is not used is not made')
  assert.equal(platformStores(platform({ services }), named('of all'), place).offer('orders').adapter, 'of all')
})

test('stores of a service that there is not are refused with the nearest one', () => {
  const wrong = { code: 'misuse', message: /names "order", which is no service of the platform; did you mean "orders"\?/ }
  assert.throws(() => platform({ services, stores: { order: () => named('x') } }), wrong)
  assert.throws(() => platformStores(platform({ services }), { byDefault: named('x'), of: { order: named('x') } }, place), wrong)
  assert.throws(
    () => platform({ services, stores: { orders: named('x') as never } }),
    /stores of platform\(\) has orders .*give a function/,
  )
})
