import assert from 'node:assert/strict'
import { test } from 'node:test'
import { contract } from '../contract/index.ts'
import { define } from '../service/define/define.ts'
import { service } from '../service/define/service.ts'
import { place } from './placement.ts'
import { platform } from './platform.ts'

const bare = contract('stock', {})
const shop = service(define(contract('shop', {}), { uses: [bare] }).definition, {})
const watch = service(define(contract('watch', {}), { listens: [bare, shop.definition.contract] }).definition, {})
const both = platform({ services: [watch, shop], contracts: [bare] })

const names = (named: readonly { readonly name: string }[]) => named.map(({ name }) => name)

test('a platform is made of services and of contracts of those that are implemented elsewhere', () => {
  assert.deepEqual(names(both.services), ['watch', 'shop'])
  assert.deepEqual(names(both.contracts), ['watch', 'shop', 'stock'])
  for (const [asked, message] of [
    [{ services: [shop] }, /service "shop" uses "stock", which is not part of the platform/],
    [{ services: [shop], contracts: [bare, shop.definition.contract] }, /two services of the platform have the same name/],
    [{ services: [shop], contracts: bare as never }, /contracts .*; give a list of what contract\(\) made/],
  ] as const)
    assert.throws(() => platform(asked), { code: 'misuse', message })
})

test('a placement hosts what it names, in start order, or all that is implemented here', () => {
  const all = place(both)
  assert.deepEqual([names(all.hosted), names(all.elsewhere)], [['watch', 'shop'], ['stock']])
  const one = place(both, ['shop'])
  assert.deepEqual([names(one.hosted), names(one.elsewhere)], [['shop'], ['watch', 'stock']])
  assert.deepEqual(names(place(both, []).hosted), [])
})

test('a placement of what cannot be hosted here is refused with what to do', () => {
  for (const [hosts, message] of [
    [['stock'], /"stock", of which this platform has only the contract/],
    [['shpo'], /"shpo", which is not part of the platform; did you mean "shop"\?/],
    [['users'], /"users", which is not part of the platform; name some of watch, shop/],
    [['shop', 'shop'], /"shop" twice/],
  ] as const)
    assert.throws(() => place(both, hosts), { code: 'misuse', message })
})

test('whoever asks for a service that does not run here learns where it was looked for, and that nothing was done', () => {
  const { absent } = place(both, ['shop'])
  for (const [service, message] of [
    ['watch', /"watch" is not hosted by this process \(shop\)/],
    ['shop', /"shop" belongs into this process/],
    ['users', /"users" is not part of this platform/],
  ] as const) {
    const { code, retry, message: text } = absent(service)
    assert.deepEqual([code, retry], ['unavailable', 'safe'])
    assert.match(text, message)
  }
})
