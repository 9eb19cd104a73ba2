import assert from 'node:assert/strict'
import { test } from 'node:test'
import { contract, event, Type } from '../contract/index.ts'
import { define } from '../service/define/define.ts'
import { service } from '../service/define/service.ts'
import { platform } from './platform.ts'

const happened = { events: { 'a.happened': event({ key: 'id', data: Type.Object({ id: Type.String() }) }) } }
const [a, b, c] = [contract('a', happened), contract('b', {}), contract('c', {})]
const on = (uses: Parameters<typeof define>[1], of = a) => service(define(of, uses).definition, {})

test('services start after those they call', () => {
  const { services } = platform({ services: [on({ uses: [b] }, a), on({ uses: [c] }, b as never), on({}, c as never)] })
  assert.deepEqual(
    services.map(({ name }) => name),
    ['c', 'b', 'a'],
  )
})

test('a circle of calls is refused and named', () => {
  assert.throws(
    () => platform({ services: [on({ uses: [b] }, a), on({ uses: [c] }, b as never), on({ uses: [a] }, c as never)] }),
    /a → b → c → a/,
  )
})

test('services may listen to each other', () => {
  platform({ services: [on({ listens: [b] }, a), on({ listens: [a] }, b as never)] })
})

test('a missing dependency is refused with what to do', () => {
  assert.throws(() => platform({ services: [on({ uses: [b] }, a)] }), /uses "b", which is not part of the platform; add it to services/)
  assert.throws(() => platform({ services: [on({ listens: [b] }, a)] }), /listens to "b"/)
})
