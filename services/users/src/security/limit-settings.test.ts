import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PENDING_MAX } from '../store/reset-records.ts'
import { MAILS_MAX, readLimits } from './limit-settings.ts'

const NAMES = {
  failures: 'BANYAN_LOGIN_FAILURES_MAX',
  failuresOfStrangers: 'BANYAN_LOGIN_FAILURES_OF_STRANGERS_MAX',
  mails: 'BANYAN_RESET_MAILS_MAX',
  mailsOfStrangers: 'BANYAN_RESET_MAILS_OF_STRANGERS_MAX',
  hashesActive: 'BANYAN_PASSWORD_CHECKS_ACTIVE',
  hashesWaiting: 'BANYAN_PASSWORD_CHECKS_WAITING',
} as const

test('each limit has a variable of its own, and a default', () => {
  const standard = { failures: 5, failuresOfStrangers: 100, mails: 3, mailsOfStrangers: 12, hashesActive: 2, hashesWaiting: 60 }
  assert.deepEqual(readLimits({}), standard)
  for (const [limit, name] of Object.entries(NAMES)) {
    assert.deepEqual(readLimits({ [name]: '7' }), { ...standard, [limit]: 7 })
    assert.deepEqual(readLimits({ [name]: '' }), standard)
  }
})

test('a limit that is no number, or none that makes sense, is refused with its name and what it must be', () => {
  for (const name of Object.values(NAMES))
    for (const value of ['many', '-1', '1.5', '1e3', ' 7', '100001'])
      assert.throws(() => readLimits({ [name]: value }), {
        code: 'failed_precondition',
        message: new RegExp(`^${name} is .*; give a whole number from [01] to `),
      })
  assert.throws(() => readLimits({ [NAMES.failures]: '0' }), /from 1 to/)
  assert.equal(readLimits({ [NAMES.hashesWaiting]: '0' }).hashesWaiting, 0)
})

test('a limit of mails is one that the tokens which are looked at can reach, of one device and of all strangers together', () => {
  assert.ok(2 * MAILS_MAX <= PENDING_MAX)
  for (const name of [NAMES.mails, NAMES.mailsOfStrangers]) {
    assert.throws(() => readLimits({ [name]: String(MAILS_MAX + 1) }), { message: new RegExp(`from 1 to ${MAILS_MAX}, `) })
    readLimits({ [name]: String(MAILS_MAX) })
  }
})

test('refuses fewer for all strangers together than for one, saying both', () => {
  for (const [ofOne, ofAll] of [
    ['BANYAN_LOGIN_FAILURES_MAX', 'BANYAN_LOGIN_FAILURES_OF_STRANGERS_MAX'],
    ['BANYAN_RESET_MAILS_MAX', 'BANYAN_RESET_MAILS_OF_STRANGERS_MAX'],
  ] as const) {
    const message = new RegExp(`^${ofAll} is 7, .* the 8 of one alone \\(${ofOne}\\)`)
    assert.throws(() => readLimits({ [ofOne]: '8', [ofAll]: '7' }), { code: 'failed_precondition', message })
    readLimits({ [ofOne]: '8', [ofAll]: '8' })
  }
})
