import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Principal } from 'banyan'
import { ADMIN, aRegistration, asUser, PASSWORD, usersPlatform } from './users.fixture.ts'

test('registers a user and signs them in, whatever the case of the email', async () => {
  await using shop = await usersPlatform()
  const registered = await shop.guest('register', aRegistration({ email: 'Ada@Example.org' }))
  assert.equal(registered.user.email, 'ada@example.org')
  assert.deepEqual(registered.user.roles, ['customer'])
  const session = await shop.guest('login', { email: 'ADA@example.org', password: PASSWORD })
  assert.equal(session.user.id, registered.id)
})

test('gives an email to one account only, also when two ask at once', async () => {
  await using shop = await usersPlatform()
  const answers = await Promise.allSettled([1, 2, 3].map(() => shop.guest('register', aRegistration())))
  assert.equal(answers.filter(({ status }) => status === 'fulfilled').length, 1)
  for (const answer of answers) if (answer.status === 'rejected') assert.equal(answer.reason.code, 'email_taken')
})

test('says what is wrong with a password', async () => {
  await using shop = await usersPlatform()
  await assert.rejects(shop.guest('register', aRegistration({ password: 'short' })), {
    code: 'weak_password',
    status: 400,
    data: { reasons: ['must have at least 8 characters'] },
  })
})

test('tells other services of a user without personal data', async () => {
  await using shop = await usersPlatform()
  const { id, user } = await shop.guest('register', aRegistration())
  await shop.callAs(asUser(id), 'update', { id, version: user.version, name: 'Ada King' })
  const [hosted] = shop.platform.services
  const events = await hosted?.feed.read(0, 10)
  assert.deepEqual(
    events?.map(({ type, data }) => [type, JSON.parse(data)]),
    ['user.registered', 'user.updated'].map((type) => [type, { userId: id, status: 'active', roles: ['customer'] }]),
  )
})

test('shows a user to themselves, to staff and to services, and to nobody else', async () => {
  await using shop = await usersPlatform()
  const { id } = await shop.guest('register', aRegistration())
  assert.equal((await shop.callAs(asUser(id), 'me', {})).id, id)
  assert.equal((await shop.callAs(asUser(id), 'get', { id })).id, id)
  assert.equal((await shop.callAs(asUser('other', 'support'), 'get', { id })).id, id)
  assert.equal((await shop.users.get({ id })).id, id)
  await assert.rejects(shop.callAs(asUser('other'), 'get', { id }), { code: 'permission_denied' })
  await assert.rejects(shop.guest('get', { id }), { code: 'unauthenticated' })
  await assert.rejects(shop.callAs(asUser('other'), 'list', {}), { code: 'permission_denied' })
})

test('lets users change themselves, but not what they may do', async () => {
  await using shop = await usersPlatform()
  const { id, user } = await shop.guest('register', aRegistration())
  const changed = await shop.callAs(asUser(id), 'update', { id, version: user.version, phone: '+49 30 1234567' })
  assert.deepEqual([changed.phone, changed.name, changed.version], ['+49 30 1234567', 'Ada Lovelace', 2])
  await assert.rejects(shop.callAs(asUser(id), 'update', { id, version: 2, roles: ['admin'] }), { code: 'permission_denied' })
  await assert.rejects(shop.callAs(asUser(id), 'update', { id, version: 1, name: 'Late' }), { code: 'version_mismatch', status: 412 })
})

test('disables an account: no sign-in, no exchange of tokens', async () => {
  await using shop = await usersPlatform({ environment: ADMIN })
  const { id, refreshToken, user } = await shop.guest('register', aRegistration())
  await shop.callAs(await shop.signInAdmin(), 'update', { id, version: user.version, status: 'disabled' })
  await assert.rejects(shop.guest('login', { email: user.email, password: PASSWORD }), { code: 'account_disabled', status: 403 })
  await assert.rejects(shop.guest('refresh', { refreshToken }), { code: 'invalid_refresh_token' })
})

test('keeps the last admin', async () => {
  await using shop = await usersPlatform({ environment: ADMIN })
  const root = await shop.signInAdmin()
  const operator: Principal = { kind: 'key', subject: 'operator', roles: ['admin'] }
  const demote = { id: root.subject, version: 1, roles: ['customer' as const] }
  await assert.rejects(shop.callAs(operator, 'update', demote), { code: 'last_admin' })
  const { id, user } = await shop.guest('register', aRegistration())
  await shop.callAs(root, 'update', { id, version: user.version, roles: ['admin'] })
  assert.deepEqual((await shop.callAs(operator, 'update', demote)).roles, ['customer'])
})

test('refuses to start in production with a weak admin', async () => {
  const environment = { ...ADMIN, BANYAN_ADMIN_PASSWORD: 'admin', NODE_ENV: 'production' }
  await assert.rejects(usersPlatform({ environment }), { code: 'failed_precondition', message: /BANYAN_ADMIN_PASSWORD/ })
})

test('lists users page by page, newest first, and finds them by name', async () => {
  await using shop = await usersPlatform()
  for (const name of ['Ann', 'Bob', '100%'])
    await shop.guest('register', aRegistration({ email: `${name.replace('%', '')}@example.org`, name }))
  const first = await shop.users.list({ limit: 2 })
  assert.deepEqual(
    first.items.map(({ name }) => name),
    ['100%', 'Bob'],
  )
  const second = await shop.users.list({ limit: 2, cursor: first.nextCursor as string })
  assert.deepEqual([second.items.map(({ name }) => name), second.nextCursor], [['Ann'], null])
  assert.deepEqual(
    (await shop.users.list({ q: 'aNN' })).items.map(({ name }) => name),
    ['Ann'],
  )
  assert.deepEqual(
    (await shop.users.list({ q: '%' })).items.map(({ name }) => name),
    ['100%'],
  )
})
