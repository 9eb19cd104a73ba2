import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { eventually } from '@banyan/testing'
import { FREE_FAILURES, LOCK_MS_MAX, LOCK_MS_MIN } from './domain/lockout.ts'
import { EMAIL, guessWrong, NEW_PASSWORD, noTimers, plantFailuresOfStrangers, tokenIn, WRONG } from './credentials.fixture.ts'
import { KEY_AHEAD_MS, KEY_PUBLISHED_MS, KEY_USED_MS } from './security/key-schedule.ts'
import { REFRESH_GRACE_MS } from './security/refresh-token.ts'
import { KEY_REFRESH_MS } from './security/security.ts'
import { MAILS_OF_ONE } from './domain/reset-quota.ts'
import { RESET_TOKEN_MS } from './timers/mail-reset.ts'
import { ADMIN, aRegistration, asUser, PASSWORD, usersIn, type UsersPlace } from './users.fixture.ts'
import { sqlOf } from 'banyan/store'

/** Checks passwords, sessions and devices over their lives. */
export function testCredentials(name: string, open: () => Promise<UsersPlace>): void {
  testLockout(name, open)
  testRefresh(name, open)
  testPasswords(name, open)
  testKeys(name, open)
}

function testLockout(name: string, open: () => Promise<UsersPlace>): void {
  test(`${name}: a stranger's failures lock the stranger's address, not the owner`, async () => {
    await using shop = await usersIn(open)
    const { deviceToken } = await shop.guest('register', aRegistration(), '192.0.2.1')
    const right = { email: EMAIL, password: PASSWORD }
    await guessWrong(shop, FREE_FAILURES, '203.0.113.9')
    await assert.rejects(shop.guest('login', right, '203.0.113.9'), { code: 'rate_limited', status: 429 })
    await assert.doesNotReject(shop.guest('login', right, '192.0.2.1'), 'from where the owner was before')
    await assert.doesNotReject(shop.guest('login', right, '198.51.100.7'), 'from anywhere else')
    const known = { ...right, deviceToken }
    await assert.doesNotReject(shop.guest('login', known, '203.0.113.9'), 'on a known device even from the stranger’s address')
  })

  test(`${name}: failures from many addresses lock strangers, not known devices and not the addresses of the owner`, async () => {
    await using shop = await usersIn(open)
    const { deviceToken } = await shop.guest('register', aRegistration(), '192.0.2.1')
    await plantFailuresOfStrangers(shop)
    const right = { email: EMAIL, password: PASSWORD }
    await guessWrong(shop, 1, '203.0.113.250')
    await assert.rejects(shop.guest('login', right, '203.0.113.251'), { code: 'rate_limited' })
    await assert.rejects(shop.guest('login', { ...right, deviceToken: 'made-up' }, '203.0.113.251'), { code: 'rate_limited' })
    assert.ok(await shop.guest('login', right, '192.0.2.1'))
    assert.ok(await shop.guest('login', { ...right, deviceToken }, '203.0.113.251'))
    shop.advance(LOCK_MS_MAX)
    assert.ok(await shop.guest('login', right, '203.0.113.252'), 'no lock lasts')
  })

  test(`${name}: a known device that fails too often is locked alone, and keeps its token when it signs in`, async () => {
    await using shop = await usersIn(open)
    const { deviceToken } = await shop.guest('register', aRegistration(), '192.0.2.1')
    const right = { email: EMAIL, password: PASSWORD }
    assert.equal((await shop.guest('login', { ...right, deviceToken }, '192.0.2.1')).deviceToken, deviceToken)
    await guessWrong(shop, FREE_FAILURES, '192.0.2.1', deviceToken)
    await assert.rejects(shop.guest('login', { ...right, deviceToken }, '192.0.2.1'), { code: 'rate_limited' })
    const other = await shop.guest('login', right, '192.0.2.1')
    assert.notEqual(other.deviceToken, deviceToken)
    shop.advance(LOCK_MS_MIN)
    assert.ok(await shop.guest('login', { ...right, deviceToken }, '192.0.2.1'))
  })

  test(`${name}: a device of somebody else is no known device`, async () => {
    await using shop = await usersIn(open)
    await shop.guest('register', aRegistration(), '192.0.2.1')
    const eve = await shop.guest('register', aRegistration({ email: 'eve@example.org' }), '203.0.113.9')
    await guessWrong(shop, FREE_FAILURES, '203.0.113.9', eve.deviceToken)
    await assert.rejects(shop.guest('login', { email: EMAIL, password: PASSWORD, deviceToken: eve.deviceToken }, '203.0.113.9'), {
      code: 'rate_limited',
    })
  })

  test(`${name}: remembers ten devices of a user, and stores neither their tokens nor addresses`, async () => {
    await using shop = await usersIn(open)
    const first = await shop.guest('register', aRegistration(), '192.0.2.77')
    const store = shop.platform.services[0]!.store
    for (let device = 0; device < 10; device++) {
      shop.advance(1)
      await shop.guest('login', { email: EMAIL, password: PASSWORD }, `198.51.100.${device}`)
    }
    const rows = await store.read((tx) => sqlOf(tx).all<{ token_hash: string; origin_key: string }>('SELECT * FROM device'))
    assert.equal(rows.length, 10)
    assert.ok(!JSON.stringify(rows).includes('198.51.100'))
    await guessWrong(shop, FREE_FAILURES, '203.0.113.9', first.deviceToken)
    await assert.rejects(shop.guest('login', { email: EMAIL, password: PASSWORD, deviceToken: first.deviceToken }, '203.0.113.9'), {
      code: 'rate_limited',
    })
  })
}

function testRefresh(name: string, open: () => Promise<UsersPlace>): void {
  test(`${name}: a refresh token sent twice at once gets the same successor, which works`, async () => {
    await using shop = await usersIn(open)
    const { refreshToken } = await shop.guest('register', aRegistration())
    const [first, second] = await Promise.all([1, 2].map(() => shop.guest('refresh', { refreshToken })))
    assert.equal(first?.refreshToken, second?.refreshToken)
    assert.equal(first?.accessToken, second?.accessToken)
    assert.notEqual(first?.refreshToken, refreshToken)
    shop.advance(REFRESH_GRACE_MS - 1_000)
    const late = await shop.guest('refresh', { refreshToken })
    assert.equal(late.refreshToken, first?.refreshToken, 'a lost answer is given again')
    assert.ok(late.expiresIn <= (first?.expiresIn ?? 0) - 29)
    const next = await shop.guest('refresh', { refreshToken: late.refreshToken })
    assert.ok(await shop.guest('refresh', { refreshToken: next.refreshToken }))
  })

  test(`${name}: a refresh token used again after the grace ends all that came from it`, async () => {
    await using shop = await usersIn(open, { environment: ADMIN })
    const { id, refreshToken } = await shop.guest('register', aRegistration())
    const { refreshToken: second } = await shop.guest('refresh', { refreshToken })
    shop.advance(REFRESH_GRACE_MS + 1)
    await assert.rejects(shop.guest('refresh', { refreshToken }), { code: 'invalid_refresh_token', status: 401 })
    await assert.rejects(shop.guest('refresh', { refreshToken: second }), { code: 'invalid_refresh_token' })
    const other = await shop.guest('login', { email: EMAIL, password: PASSWORD })
    assert.ok((await shop.guest('refresh', { refreshToken: other.refreshToken })).accessToken)
    const { items } = await shop.callAs(await shop.signInAdmin(), 'audit', { userId: id })
    assert.deepEqual(
      items.map(({ action }) => action),
      ['refresh_token_reused'],
    )
  })

  test(`${name}: a refresh token used again after its successor was used ends all that came from it, also within the grace`, async () => {
    await using shop = await usersIn(open)
    const { refreshToken } = await shop.guest('register', aRegistration())
    const { refreshToken: second } = await shop.guest('refresh', { refreshToken })
    const { refreshToken: third } = await shop.guest('refresh', { refreshToken: second })
    await assert.rejects(shop.guest('refresh', { refreshToken }), { code: 'invalid_refresh_token' })
    await assert.rejects(shop.guest('refresh', { refreshToken: third }), { code: 'invalid_refresh_token' })
  })

  test(`${name}: signing out within the grace leaves nothing to repeat`, async () => {
    await using shop = await usersIn(open)
    const { refreshToken } = await shop.guest('register', aRegistration())
    const { refreshToken: second } = await shop.guest('refresh', { refreshToken })
    await shop.guest('logout', { refreshToken: second })
    await assert.rejects(shop.guest('refresh', { refreshToken }), { code: 'invalid_refresh_token' })
  })

  test(`${name}: ends all sessions and tokens of a user who asks for it, and of nobody else`, async () => {
    await using shop = await usersIn(open)
    const { id, refreshToken } = await shop.guest('register', aRegistration())
    const phone = await shop.guest('login', { email: EMAIL, password: PASSWORD })
    const eve = await shop.guest('register', aRegistration({ email: 'eve@example.org' }))
    await shop.callAs(asUser(id), 'logoutAll', {})
    for (const token of [refreshToken, phone.refreshToken])
      await assert.rejects(shop.guest('refresh', { refreshToken: token }), { code: 'invalid_refresh_token' })
    assert.ok(await shop.guest('refresh', { refreshToken: eve.refreshToken }))
    const { items } = await shop.users.revocations({ since: new Date(0).toISOString() })
    assert.deepEqual(
      items.map(({ userId }) => userId),
      [id],
    )
  })
}

function testPasswords(name: string, open: () => Promise<UsersPlace>): void {
  test(`${name}: changes a password only for who knows it, ends the other sessions, and goes on with new tokens`, async () => {
    await using shop = await usersIn(open)
    const { id, refreshToken } = await shop.guest('register', aRegistration())
    const change = (currentPassword: string, newPassword = NEW_PASSWORD) =>
      shop.callAs(asUser(id), 'changePassword', { currentPassword, newPassword })
    await assert.rejects(change(WRONG), { code: 'wrong_password', status: 403 })
    await assert.rejects(change(PASSWORD, 'short'), { code: 'weak_password' })
    const changed = await change(PASSWORD)
    await assert.rejects(shop.guest('refresh', { refreshToken }), { code: 'invalid_refresh_token' })
    assert.ok(await shop.guest('refresh', { refreshToken: changed.refreshToken }))
    await assert.rejects(shop.guest('login', { email: EMAIL, password: PASSWORD }), { code: 'invalid_credentials' })
    assert.ok(await shop.guest('login', { email: EMAIL, password: NEW_PASSWORD }))
    for (let attempt = 0; attempt < FREE_FAILURES; attempt++) await assert.rejects(change(WRONG), { code: 'wrong_password' })
    await assert.rejects(change(NEW_PASSWORD), { code: 'rate_limited' })
  })

  test(`${name}: mails a token that sets a new password once, and says the same of unknown addresses`, async () => {
    await using shop = await usersIn(open)
    const { refreshToken } = await shop.guest('register', aRegistration())
    assert.deepEqual(await shop.guest('requestReset', { email: 'nobody@example.org' }), {})
    assert.deepEqual(await shop.guest('requestReset', { email: ' ADA@example.org'.trim() }), {})
    const token = await eventually(() => tokenIn(shop.mails().at(-1)))
    assert.equal(shop.mails().length, 1)
    assert.match(shop.mails()[0] ?? '', /^To: ada@example\.org\n/)
    assertNotStored(shop.platform.directory, token)
    await assert.rejects(shop.guest('resetPassword', { token: 'made-up', password: NEW_PASSWORD }), {
      code: 'invalid_reset_token',
      status: 400,
    })
    await assert.rejects(shop.guest('resetPassword', { token, password: 'short' }), { code: 'weak_password' })
    const both = await Promise.allSettled(
      [NEW_PASSWORD, 'a third good secret'].map((password) => shop.guest('resetPassword', { token, password })),
    )
    assert.deepEqual(both.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected'])
    await assert.rejects(shop.guest('resetPassword', { token, password: WRONG }), { code: 'invalid_reset_token' })
    await assert.rejects(shop.guest('refresh', { refreshToken }), { code: 'invalid_refresh_token' })
    await assert.rejects(shop.guest('login', { email: EMAIL, password: PASSWORD }), { code: 'invalid_credentials' })
  })

  test(`${name}: a token of a mail lasts half an hour, and at most three are sent in that time`, async () => {
    await using shop = await usersIn(open)
    await shop.guest('register', aRegistration())
    for (let request = 0; request < 5; request++) assert.deepEqual(await shop.guest('requestReset', { email: EMAIL }), {})
    await noTimers(shop)
    assert.equal(shop.mails().length, MAILS_OF_ONE)
    const token = tokenIn(shop.mails()[0])
    shop.advance(RESET_TOKEN_MS)
    await assert.rejects(shop.guest('resetPassword', { token, password: NEW_PASSWORD }), { code: 'invalid_reset_token' })
    await shop.guest('requestReset', { email: EMAIL })
    await eventually(() => assert.equal(shop.mails().length, MAILS_OF_ONE + 1))
  })

  test(`${name}: mails nothing to a user who may not sign in`, async () => {
    await using shop = await usersIn(open, { environment: ADMIN })
    const { id } = await shop.guest('register', aRegistration())
    await shop.guest('requestReset', { email: EMAIL })
    const token = await eventually(() => tokenIn(shop.mails()[0]))
    await shop.callAs(await shop.signInAdmin(), 'update', { id, version: 1, status: 'disabled' })
    await assert.rejects(shop.guest('resetPassword', { token, password: NEW_PASSWORD }), { code: 'invalid_reset_token' })
    await shop.guest('requestReset', { email: EMAIL })
    await noTimers(shop)
    assert.equal(shop.mails().length, 1)
  })

  test(`${name}: keeps a trail of what happened to accounts, who did it, and no secrets`, async () => {
    await using shop = await usersIn(open, { environment: ADMIN })
    const root = await shop.signInAdmin()
    const { id } = await shop.guest('register', aRegistration(), '192.0.2.1')
    await guessWrong(shop, FREE_FAILURES, '203.0.113.9')
    await assert.rejects(shop.guest('login', { email: 'secret@example.org', password: WRONG }, '203.0.113.9'))
    await shop.callAs(root, 'update', { id, version: 1, roles: ['support'] })
    await shop.callAs(root, 'update', { id, version: 2, status: 'disabled' })
    const { items } = await shop.callAs(root, 'audit', { limit: 100 })
    const told = items.map(({ action, userId, actor, before, after }) => [action, userId, actor.id, before, after])
    assert.deepEqual(told.toReversed(), [
      ...Array.from({ length: FREE_FAILURES }, () => ['login_failed', id, '', null, null]),
      ['locked_out', id, '', null, null],
      ['login_failed', null, '', null, null],
      ['roles_changed', id, root.subject, ['customer'], ['support']],
      ['status_changed', id, root.subject, ['active'], ['disabled']],
    ])
    assert.equal(new Set(items.filter(({ action }) => action === 'login_failed').map(({ origin }) => origin)).size, 1)
    assert.doesNotMatch(JSON.stringify(items), /203\.0|secret@|not it at all/)
    const first = await shop.callAs(root, 'audit', { userId: id, limit: 3 })
    const second = await shop.callAs(root, 'audit', { userId: id, limit: 100, cursor: first.nextCursor as string })
    assert.deepEqual([first.items.length, second.items.length, second.nextCursor], [3, FREE_FAILURES, null])
    await assert.rejects(shop.callAs(asUser(id, 'support'), 'audit', {}), { code: 'permission_denied' })
  })
}

function assertNotStored(directory: string, secret: string): void {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  for (const file of files) {
    if (file.parentPath.endsWith('mails')) continue
    assert.ok(!readFileSync(path.join(file.parentPath, file.name)).includes(secret), file.name)
  }
}

function testKeys(name: string, open: () => Promise<UsersPlace>): void {
  test(`${name}: publishes the next key a day before it signs, and the last one until its last token has expired`, async () => {
    await using shop = await usersIn(open)
    const kids = async () => (await shop.guest('jwks', {})).keys.map(({ kid }) => kid)
    const signs = async () => kidOf((await shop.guest('login', { email: EMAIL, password: PASSWORD })).accessToken)
    await shop.guest('register', aRegistration())
    const [first] = await kids()
    shop.advance(KEY_USED_MS - KEY_AHEAD_MS)
    const [next] = await eventually(async () => {
      const published = await kids()
      assert.equal(published.length, 2)
      return published
    })
    assert.notEqual(next, first)
    shop.elapse(KEY_REFRESH_MS)
    assert.equal(await signs(), first, 'not yet')
    shop.advance(KEY_AHEAD_MS)
    shop.elapse(KEY_REFRESH_MS)
    assert.equal(await signs(), next)
    shop.advance(KEY_PUBLISHED_MS - 60_000)
    assert.deepEqual(new Set(await kids()), new Set([first, next]))
    shop.advance(60_000)
    assert.deepEqual(await kids(), [next])
  })
}

function kidOf(token: string): string {
  return (JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()) as { kid: string }).kid
}
