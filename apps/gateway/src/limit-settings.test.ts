import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connectionLimits, rateLimits } from './limit-settings.ts'
import { readSettings } from './settings.ts'

const RATES = ['BANYAN_LIMIT_ADDRESS', 'BANYAN_LIMIT_SUBJECT', 'BANYAN_LIMIT_LOGIN', 'BANYAN_LIMIT_FORGOT']
const COUNTS = ['BANYAN_CONNECTIONS_MAX', 'BANYAN_CONNECTIONS_PER_ADDRESS_MAX']

test('limits signing in and asking for a new password by account, with a share for each address, unless told otherwise', () => {
  const { operations, ...others } = rateLimits({})
  assert.deepEqual(others, {})
  assert.deepEqual(Object.keys(operations ?? {}), ['users.login', 'users.requestReset'])
  for (const { target } of Object.values(operations ?? {})) assert.ok(target && target.own.burst < target.limit.requests)
  assert.deepEqual(connectionLimits({}), {})
})

test('reads each limit from a variable of its own', () => {
  const environment = Object.fromEntries(RATES.map((name, index) => [name, `${index + 1}/60/9`]))
  const { address, subject, operations } = rateLimits(environment)
  const login = operations?.['users.login']?.target?.limit
  const forgot = operations?.['users.requestReset']?.target?.limit
  assert.deepEqual(
    [address, subject, login, forgot],
    [1, 2, 3, 4].map((requests) => ({ requests, windowMs: 60_000, burst: 9 })),
  )
  const off = rateLimits(Object.fromEntries(RATES.map((name) => [name, 'off'])))
  assert.deepEqual(off, { address: false, subject: false, operations: {} })
  assert.deepEqual(readSettings({ BANYAN_CONNECTIONS_MAX: '50', BANYAN_CONNECTIONS_PER_ADDRESS_MAX: '5' }).server, {
    connections: 50,
    connectionsPerAddress: 5,
  })
})

test('refuses what is no limit, with its name and what it must be', () => {
  for (const name of RATES)
    for (const value of ['100', '0/60/1', '1/0/1', '1/60/0', '1/60', 'on', '1/60/1/1'])
      assert.throws(() => rateLimits({ [name]: value }), {
        code: 'failed_precondition',
        message: new RegExp(`^${name} is .*requests/seconds/burst`),
      })
  for (const name of COUNTS)
    for (const value of ['0', '-1', '1.5', 'many', '1000001'])
      assert.throws(() => connectionLimits({ [name]: value }), {
        code: 'failed_precondition',
        message: new RegExp(`^${name} is .*from 1 to`),
      })
})

test('refuses connections of one address that are more than all, saying both', () => {
  const environments = [
    { BANYAN_CONNECTIONS_MAX: '999' },
    { BANYAN_CONNECTIONS_PER_ADDRESS_MAX: '10001' },
    { BANYAN_CONNECTIONS_MAX: '5', BANYAN_CONNECTIONS_PER_ADDRESS_MAX: '6' },
  ]
  for (const environment of environments)
    assert.throws(() => connectionLimits(environment), {
      code: 'failed_precondition',
      message: /have \d+ connections \(BANYAN_CONNECTIONS_PER_ADDRESS_MAX\) of \d+ at all \(BANYAN_CONNECTIONS_MAX\)/,
    })
  connectionLimits({ BANYAN_CONNECTIONS_MAX: '5', BANYAN_CONNECTIONS_PER_ADDRESS_MAX: '5' })
})
