import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EMAIL, guessWrong, NEW_PASSWORD, noTimers, plantFailuresOfStrangers, tokenIn, WRONG } from './credentials.fixture.ts'
import { FREE_FAILURES } from './domain/lockout.ts'
import { MAILS_OF_ONE, MAILS_OF_STRANGERS } from './domain/reset-quota.ts'
import { aRegistration, asUser, PASSWORD, usersIn, type UsersPlace } from './users.fixture.ts'

const HOME = '192.0.2.1'
const ELSEWHERE = '198.51.100.7'
const STRANGER = '203.0.113.9'

type Shop = Awaited<ReturnType<typeof usersIn>>

/** Checks that strangers keep no owner out: neither from a mail with a new password, nor from signing in after it was set. */
export function testStrangers(name: string, open: () => Promise<UsersPlace>): void {
  testMails(name, open)
  testNewPasswords(name, open)
}

/** Asks for mails, and returns how many came of it. */
async function mailsOf(shop: Shop, times: number, origin: string, deviceToken?: string): Promise<number> {
  const before = shop.mails().length
  for (let request = 0; request < times; request++)
    await shop.guest('requestReset', { email: EMAIL, ...(deviceToken === undefined ? {} : { deviceToken }) }, origin)
  await noTimers(shop)
  return shop.mails().length - before
}

function testMails(name: string, open: () => Promise<UsersPlace>): void {
  test(`${name}: a stranger who asks for mails uses up their own, not the owner's`, async () => {
    await using shop = await usersIn(open)
    const { deviceToken } = await shop.guest('register', aRegistration(), HOME)
    assert.equal(await mailsOf(shop, 5, STRANGER), MAILS_OF_ONE)
    assert.equal(await mailsOf(shop, 1, HOME), 1, 'from where the owner was before')
    assert.equal(await mailsOf(shop, 1, ELSEWHERE), 1, 'from anywhere else')
    assert.equal(await mailsOf(shop, 1, STRANGER, deviceToken), 1, 'on a known device even from the stranger’s address')
    assert.equal(await mailsOf(shop, 1, STRANGER, 'made-up'), 0)
  })

  test(`${name}: strangers from many addresses fill no mailbox, and hold up neither known devices nor addresses of the owner`, async () => {
    await using shop = await usersIn(open)
    const { deviceToken } = await shop.guest('register', aRegistration(), HOME)
    let sent = 0
    for (let address = 0; address < MAILS_OF_STRANGERS; address++) sent += await mailsOf(shop, 2, `203.0.113.${address}`)
    assert.equal(sent, MAILS_OF_STRANGERS)
    assert.equal(await mailsOf(shop, 5, HOME), MAILS_OF_ONE)
    assert.equal(await mailsOf(shop, 5, ELSEWHERE, deviceToken), MAILS_OF_ONE)
  })

  test(`${name}: requests from before an account was made count for nothing`, async () => {
    await using shop = await usersIn(open)
    assert.equal(await mailsOf(shop, 5, STRANGER), 0)
    await shop.guest('register', aRegistration(), HOME)
    assert.equal(await mailsOf(shop, 1, STRANGER), 1)
  })

  test(`${name}: mails count while their tokens are good, so a new password begins anew`, async () => {
    await using shop = await usersIn(open)
    const { id } = await shop.guest('register', aRegistration(), HOME)
    assert.equal(await mailsOf(shop, 5, ELSEWHERE), MAILS_OF_ONE)
    await shop.guest('resetPassword', { token: tokenIn(shop.mails().at(-1)), password: NEW_PASSWORD }, ELSEWHERE)
    assert.equal(await mailsOf(shop, 5, ELSEWHERE), MAILS_OF_ONE, 'after a reset')
    await shop.callAs(asUser(id), 'changePassword', { currentPassword: NEW_PASSWORD, newPassword: PASSWORD }, ELSEWHERE)
    assert.equal(await mailsOf(shop, 5, ELSEWHERE), MAILS_OF_ONE, 'after a change')
  })

  test(`${name}: requests at once get no more mails than one after the other`, async () => {
    await using shop = await usersIn(open)
    await shop.guest('register', aRegistration(), HOME)
    await Promise.all(Array.from({ length: 8 }, () => shop.guest('requestReset', { email: EMAIL }, STRANGER)))
    await noTimers(shop)
    assert.equal(shop.mails().length, MAILS_OF_ONE)
  })
}

function testNewPasswords(name: string, open: () => Promise<UsersPlace>): void {
  const right = { email: EMAIL, password: NEW_PASSWORD }

  /** Resets the password from an address, showing a device token or none. */
  async function reset(shop: Shop, origin: string, deviceToken?: string): Promise<void> {
    assert.equal(await mailsOf(shop, 1, origin), 1)
    const input = { token: tokenIn(shop.mails().at(-1)), password: NEW_PASSWORD }
    await shop.guest('resetPassword', { ...input, ...(deviceToken === undefined ? {} : { deviceToken }) }, origin)
  }

  /** Locks all strangers at the account. */
  async function lockStrangers(shop: Shop): Promise<void> {
    await plantFailuresOfStrangers(shop)
    await guessWrong(shop, 1, '203.0.113.250')
    await assert.rejects(shop.guest('login', right, '203.0.113.251'), { code: 'rate_limited' })
  }

  test(`${name}: who resets a password is no stranger afterwards, whatever strangers try`, async () => {
    await using shop = await usersIn(open)
    await shop.guest('register', aRegistration(), HOME)
    await reset(shop, ELSEWHERE)
    await lockStrangers(shop)
    await assert.rejects(shop.guest('login', right, HOME), { code: 'rate_limited' }, 'other devices of before are forgotten')
    await assert.doesNotReject(shop.guest('login', right, ELSEWHERE))
  })

  test(`${name}: a known device that resets a password stays known`, async () => {
    await using shop = await usersIn(open)
    const { deviceToken } = await shop.guest('register', aRegistration(), HOME)
    const other = await shop.guest('login', { email: EMAIL, password: PASSWORD }, HOME)
    await reset(shop, ELSEWHERE, deviceToken)
    await lockStrangers(shop)
    assert.equal((await shop.guest('login', { ...right, deviceToken }, STRANGER)).deviceToken, deviceToken)
    const forgotten = { ...right, deviceToken: other.deviceToken }
    await assert.rejects(shop.guest('login', forgotten, '203.0.113.251'), { code: 'rate_limited' })
  })

  test(`${name}: a made-up device token makes nothing known`, async () => {
    await using shop = await usersIn(open)
    await shop.guest('register', aRegistration(), HOME)
    await reset(shop, ELSEWHERE, 'made-up')
    await lockStrangers(shop)
    await assert.rejects(shop.guest('login', { ...right, deviceToken: 'made-up' }, STRANGER), { code: 'rate_limited' })
    assert.ok(await shop.guest('login', right, ELSEWHERE))
  })

  test(`${name}: who changes a password is no stranger afterwards, by address and by device`, async () => {
    await using shop = await usersIn(open)
    const { id, deviceToken } = await shop.guest('register', aRegistration(), HOME)
    const change = { currentPassword: PASSWORD, newPassword: NEW_PASSWORD, deviceToken }
    assert.equal((await shop.callAs(asUser(id), 'changePassword', change, ELSEWHERE)).deviceToken, deviceToken)
    await lockStrangers(shop)
    assert.ok(await shop.guest('login', right, ELSEWHERE))
    assert.ok(await shop.guest('login', { ...right, deviceToken }, STRANGER))
  })

  test(`${name}: wrong passwords from before a reset do not hold up who did it`, async () => {
    await using shop = await usersIn(open)
    const { id } = await shop.guest('register', aRegistration(), HOME)
    await guessWrong(shop, FREE_FAILURES, ELSEWHERE)
    const change = { currentPassword: WRONG, newPassword: NEW_PASSWORD }
    for (let attempt = 0; attempt < FREE_FAILURES; attempt++)
      await assert.rejects(shop.callAs(asUser(id), 'changePassword', change, STRANGER), { code: 'wrong_password' })
    await reset(shop, ELSEWHERE)
    assert.ok(await shop.guest('login', right, ELSEWHERE))
    const next = { currentPassword: NEW_PASSWORD, newPassword: PASSWORD }
    assert.ok(await shop.callAs(asUser(id), 'changePassword', next, ELSEWHERE), 'who had a stolen token locked nobody')
  })

  test(`${name}: wrong passwords on a known device from before a reset do not hold up the device that did it`, async () => {
    await using shop = await usersIn(open)
    const { deviceToken } = await shop.guest('register', aRegistration(), HOME)
    await guessWrong(shop, FREE_FAILURES, HOME, deviceToken)
    await assert.rejects(shop.guest('login', { ...right, deviceToken }, HOME), { code: 'rate_limited' })
    await reset(shop, ELSEWHERE, deviceToken)
    assert.ok(await shop.guest('login', { ...right, deviceToken }, STRANGER))
  })

  test(`${name}: tokens that are exchanged and sessions that are ended leave devices known`, async () => {
    await using shop = await usersIn(open)
    const { id, refreshToken, deviceToken } = await shop.guest('register', aRegistration({ password: NEW_PASSWORD }), HOME)
    await shop.guest('refresh', { refreshToken }, ELSEWHERE)
    await shop.callAs(asUser(id), 'logoutAll', {}, ELSEWHERE)
    await lockStrangers(shop)
    assert.ok(await shop.guest('login', right, HOME))
    assert.ok(await shop.guest('login', { ...right, deviceToken }, STRANGER))
  })
}
