import assert from 'node:assert/strict'
import type { IncomingMessage } from 'node:http'
import { test } from 'node:test'
import type { Principal } from 'banyan/contract'
import { awaitedWrites, idempotencyKeyOf, requestIdOf, waitSecondsOf } from './request-headers.ts'

const requestWith = (headers: Record<string, string>): IncomingMessage => ({ headers }) as unknown as IncomingMessage
const user = (subject: string): Principal => ({ kind: 'user', subject, roles: [] })

test('takes a request id only when it is well-formed', () => {
  assert.equal(requestIdOf(requestWith({ 'x-request-id': 'abc-123_X.y' })), 'abc-123_X.y')
  for (const id of ['', 'short', 'with space', 'x'.repeat(129), '<script>alert</script>', 'a\u0000bcdefgh', 'ünïcödé-id'])
    assert.equal(requestIdOf(requestWith({ 'x-request-id': id })), undefined, id)
})

test('reads how long the client waits, at most 30 seconds', () => {
  const cases = [
    ['wait=5', 5],
    ['respond-async, wait=10', 10],
    ['WAIT=3; x=1', 3],
    ['wait=999', 30],
    ['wait=-1', 0],
    ['wait=abc', 0],
    ['await=5', 0],
    ['', 0],
    ['wait=0', 0],
  ] as const
  for (const [prefer, seconds] of cases) assert.equal(waitSecondsOf(requestWith({ prefer })), seconds, prefer)
  assert.equal(waitSecondsOf(requestWith({})), 0)
})

test('keeps idempotency keys of different principals apart', () => {
  const keyOf = (principal: Principal, key: string): string | undefined =>
    idempotencyKeyOf(requestWith({ 'idempotency-key': key }), principal)
  assert.notEqual(keyOf(user('a'), 'k'), keyOf(user('b'), 'k'))
  assert.notEqual(keyOf(user('a'), 'b:c'), keyOf(user('a:b'), 'c'))
  assert.notEqual(keyOf(user('a%3Ab'), 'c'), keyOf(user('a:b'), 'c'))
  assert.notEqual(keyOf(user('a'), 'k'), keyOf({ kind: 'key', subject: 'a', roles: [] }, 'k'))
  assert.equal(idempotencyKeyOf(requestWith({}), user('a')), undefined)
})

test('refuses idempotency keys that are no visible ASCII', () => {
  for (const key of ['', 'a b', 'x'.repeat(256), 'ü', 'a\u007f', 'a\tb'])
    assert.throws(() => idempotencyKeyOf(requestWith({ 'idempotency-key': key }), user('a')), { code: 'invalid_argument' }, key)
})

test('reads which writes a read must see', () => {
  assert.deepEqual(awaitedWrites('orders:42, users:a:b'), [
    { service: 'orders', token: '42' },
    { service: 'users', token: 'a:b' },
  ])
  assert.deepEqual(awaitedWrites(undefined), [])
  for (const header of ['', 'orders', ':1', 'Orders:1', 'orders:', 'orders:a b', 'a:1,'.repeat(9)])
    assert.throws(() => awaitedWrites(header), { code: 'invalid_argument' }, header)
})
