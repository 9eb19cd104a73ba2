import assert from 'node:assert/strict'
import type { IncomingMessage } from 'node:http'
import { test } from 'node:test'
import { addressKey, createAddressList, createClientAddress } from './client-address.ts'

function requestFrom(remoteAddress: string, forwarded?: string): IncomingMessage {
  return {
    socket: { remoteAddress },
    headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
  } as unknown as IncomingMessage
}

test('takes IPv4 as it is and IPv6 by its /64', () => {
  const cases = [
    ['203.0.113.9', '203.0.113.9'],
    ['::ffff:203.0.113.9', '203.0.113.9'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0DB8:0001:0002::1', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
  ] as const
  for (const [address, key] of cases) assert.equal(addressKey(address), key)
  assert.equal(addressKey(undefined), 'unknown')
})

test('believes nobody but trusted proxies', () => {
  assert.equal(createClientAddress([]).key(requestFrom('10.0.0.1', '203.0.113.9')), '10.0.0.1')
  assert.equal(createClientAddress(['10.0.0.0/8']).key(requestFrom('198.51.100.7', '203.0.113.9')), '198.51.100.7')
})

test('takes the right-most address that is no proxy: all left of it can be made up', () => {
  const address = createClientAddress(['10.0.0.0/8', '2001:db8:ffff::/48', '192.0.2.1'])
  assert.equal(address.key(requestFrom('10.0.0.1', '1.2.3.4, 203.0.113.9')), '203.0.113.9')
  assert.equal(address.key(requestFrom('10.0.0.1', '1.2.3.4, 203.0.113.9, 10.9.9.9, 192.0.2.1')), '203.0.113.9')
  assert.equal(address.key(requestFrom('::ffff:10.0.0.1', '[2001:db8:1:2::9]:4711')), '2001:db8:1:2::/64')
  assert.equal(address.key(requestFrom('2001:db8:ffff::1', '203.0.113.9:4711')), '203.0.113.9')
  assert.equal(address.key(requestFrom('10.0.0.1', '10.0.0.2, 10.0.0.3')), '10.0.0.2')
})

test('reads the header of a request once, and that of each request on a connection', () => {
  const address = createClientAddress(['10.0.0.0/8'])
  const socket = { remoteAddress: '10.0.0.1' }
  let read = 0
  const request = (forwarded: string): IncomingMessage => {
    const headers = {
      get 'x-forwarded-for'() {
        read++
        return forwarded
      },
    }
    return { socket, headers } as unknown as IncomingMessage
  }
  const [first, second] = [request('203.0.113.9'), request('198.51.100.7')]
  for (let asked = 0; asked < 3; asked++) {
    assert.equal(address.key(first), '203.0.113.9')
    assert.equal(address.key(second), '198.51.100.7')
  }
  assert.equal(read, 2)
  assert.equal(address.key({ socket, headers: {} } as unknown as IncomingMessage), '10.0.0.1')
})

test('stops at what is no address', () => {
  const address = createClientAddress(['10.0.0.0/8'])
  assert.equal(address.key(requestFrom('10.0.0.1', '203.0.113.9, unknown')), '10.0.0.1')
  assert.equal(address.key(requestFrom('10.0.0.1', '')), '10.0.0.1')
  assert.equal(address.key(requestFrom('10.0.0.1', `${'9.9.9.9,'.repeat(1_000)}10.0.0.5`)), '9.9.9.9')
})

test('refuses ranges it cannot read', () => {
  for (const range of ['proxy', '10.0.0.0/40', '10.0.0.0/x', ''])
    assert.throws(() => createClientAddress([range]), { code: 'misuse' }, range)
})

test('knows named addresses only when nobody forwarded the request', () => {
  const named = createAddressList('scraper', ['127.0.0.0/8', '::1', '10.1.0.0/16'])
  for (const address of ['127.0.0.1', '::1', '::ffff:10.1.2.3']) assert.equal(named(requestFrom(address)), true, address)
  assert.equal(named(requestFrom('10.2.0.1')), false)
  assert.equal(named(requestFrom('127.0.0.1', '203.0.113.9')), false)
  assert.equal(createAddressList('scraper', [])(requestFrom('127.0.0.1')), false)
  assert.throws(() => createAddressList('scraper', ['localhost']), { code: 'misuse', message: /scraper "localhost"/ })
})
