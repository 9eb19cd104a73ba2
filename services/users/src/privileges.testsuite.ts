import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ACCESS_TOKEN_SECONDS } from './contract.ts'
import { noTimers } from './credentials.fixture.ts'
import { ADMIN, aRegistration, asUser, PASSWORD, usersIn, type UsersPlace } from './users.fixture.ts'
import { sqlOf } from 'banyan/store'

/** Checks that nobody acts with rights that they have lost. */
export function testPrivileges(name: string, open: () => Promise<UsersPlace>): void {
  async function withTwoAdmins() {
    const shop = await usersIn(open, { environment: ADMIN })
    const root = await shop.signInAdmin()
    const { id, user } = await shop.guest('register', aRegistration({ email: 'second@example.org' }))
    const second = await shop.callAs(root, 'update', { id, version: user.version, roles: ['customer', 'admin'] })
    return {
      shop,
      root,
      second: asUser(second.id, 'customer', 'admin'),
      versionOf: async (userId: string) => (await shop.users.get({ id: userId })).version,
      ended: async () => (await shop.users.revocations({ since: new Date(0).toISOString() })).items,
      [Symbol.asyncDispose]: () => shop[Symbol.asyncDispose](),
    }
  }

  test(`${name}: an admin who was demoted cannot give the role back to themselves, whatever their token says`, async () => {
    await using place = await withTwoAdmins()
    const { shop, root, second } = place
    await shop.callAs(root, 'update', { id: second.subject, version: await place.versionOf(second.subject), roles: ['customer'] })
    const restore = { id: second.subject, version: await place.versionOf(second.subject), roles: ['admin' as const] }
    await assert.rejects(shop.callAs(second, 'update', restore), { code: 'permission_denied' })
    const other = { id: root.subject, version: await place.versionOf(root.subject), status: 'disabled' as const }
    await assert.rejects(shop.callAs(second, 'update', other), { code: 'permission_denied', message: /does not have any more/ })
  })

  test(`${name}: a disabled admin changes nothing, not even their own name`, async () => {
    await using place = await withTwoAdmins()
    const { shop, root, second } = place
    const disabled = await shop.callAs(root, 'update', { id: second.subject, version: 2, status: 'disabled' })
    const attempts = [
      { id: second.subject, version: disabled.version, name: 'Still here' },
      { id: root.subject, version: 1, name: 'Not you' },
    ]
    for (const attempt of attempts) await assert.rejects(shop.callAs(second, 'update', attempt), { code: 'unauthenticated' })
    await assert.rejects(shop.callAs(second, 'update', { id: second.subject, version: disabled.version, status: 'active' }))
  })

  test(`${name}: nobody changes their own roles or status`, async () => {
    await using place = await withTwoAdmins()
    const { shop, root } = place
    for (const change of [{ roles: ['admin' as const, 'finance' as const] }, { status: 'disabled' as const }])
      await assert.rejects(shop.callAs(root, 'update', { id: root.subject, version: 1, ...change }), {
        code: 'permission_denied',
        message: /nobody changes their own/,
      })
  })

  test(`${name}: of two admins who demote each other at once, one stays`, async () => {
    await using place = await withTwoAdmins()
    const { shop, root, second } = place
    const both = await Promise.allSettled([
      shop.callAs(root, 'update', { id: second.subject, version: 2, roles: ['customer'] }),
      shop.callAs(second, 'update', { id: root.subject, version: 1, roles: ['customer'] }),
    ])
    assert.equal(both.filter(({ status }) => status === 'fulfilled').length, 1)
    const admins = (await shop.users.list({})).items.filter(({ roles }) => roles.includes('admin'))
    assert.equal(admins.length, 1)
  })

  test(`${name}: whoever loses a role or is disabled loses sessions and tokens, whoever gains one does not`, async () => {
    await using place = await withTwoAdmins()
    const { shop, root } = place
    assert.deepEqual(await place.ended(), [])
    const { id, refreshToken } = await shop.guest('register', aRegistration({ email: 'staff@example.org' }))
    await shop.callAs(root, 'update', { id, version: 1, roles: ['support', 'finance'] })
    assert.deepEqual(
      (await place.ended()).map(({ userId }) => userId),
      [id],
      'the customer became staff, but lost a role with it',
    )
    await assert.rejects(shop.guest('refresh', { refreshToken }), { code: 'invalid_refresh_token' })
    const { refreshToken: next, accessToken } = await shop.guest('login', { email: 'staff@example.org', password: PASSWORD })
    const before = await place.ended()
    assert.ok(issuedAt(accessToken) > Date.parse(before[0]?.at ?? ''), 'a new token is good at once')
    await shop.callAs(root, 'update', { id, version: 2, roles: ['support', 'finance', 'warehouse'] })
    assert.deepEqual(await place.ended(), before)
    assert.ok(await shop.guest('refresh', { refreshToken: next }))
    await shop.callAs(root, 'update', { id, version: 3, status: 'disabled' })
    assert.ok(Date.parse((await place.ended())[0]?.at ?? '') > Date.parse(before[0]?.at ?? ''))
  })

  test(`${name}: a token that is exchanged while its user is disabled is ended with the rest`, async () => {
    await using place = await withTwoAdmins()
    const { shop, root } = place
    for (let round = 0; round < 5; round++) {
      const { id, refreshToken } = await shop.guest('register', aRegistration({ email: `racer-${round}@example.org` }))
      const [exchanged] = await Promise.allSettled([
        shop.guest('refresh', { refreshToken }),
        shop.callAs(root, 'update', { id, version: 1, status: 'disabled' }),
      ])
      const end = (await place.ended()).find(({ userId }) => userId === id)
      if (exchanged.status === 'fulfilled') assert.ok(issuedAt(exchanged.value.accessToken) <= Date.parse(end?.at ?? ''))
    }
  })

  test(`${name}: pages through those whose tokens were ended`, async () => {
    await using place = await withTwoAdmins()
    const { shop } = place
    const now = Date.now()
    const store = shop.platform.services[0]!.store
    const count = 1_500
    await store.transaction((tx) =>
      sqlOf(tx).run(
        `INSERT INTO account (id, status, roles, marketing_consent, created_at, updated_at, version, tokens_valid_after)
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})
         SELECT 'gone-' || i, 'disabled', '["customer"]', 0, 0, 0, 1, ${now} + i / 600 FROM n`,
      ),
    )
    const since = new Date(now - ACCESS_TOKEN_SECONDS * 1_000).toISOString()
    const first = await shop.users.revocations({ since })
    const second = await shop.users.revocations({ since, cursor: first.nextCursor as string })
    const all = new Set([...first.items, ...second.items].map(({ userId }) => userId))
    assert.deepEqual([first.items.length, all.size, second.nextCursor], [1_000, count, null])
    for (const cursor of [`${now}.gone-1`, Buffer.from('[-1,"gone-1"]').toString('base64url'), `${first.nextCursor}A`])
      await assert.rejects(shop.users.revocations({ since, cursor }), { code: 'invalid_argument' })
  })

  test(`${name}: an admin erases a person for ever; the account is nobody's, and its address can be used again`, async () => {
    await using place = await withTwoAdmins()
    const { shop, root, second, ended } = place
    const { id, refreshToken } = await shop.guest('register', aRegistration({ phone: '+49 30 1234567' }))
    await shop.guest('requestReset', { email: 'ada@example.org' })
    await noTimers(shop)
    assert.equal(shop.mails().length, 1)
    for (const principal of [asUser(id), asUser('other', 'support')])
      await assert.rejects(shop.callAs(principal, 'erase', { id }), { code: 'permission_denied' })
    const erased = await shop.callAs(root, 'erase', { id })
    assert.deepEqual([erased.status, erased.email, erased.name, erased.phone], ['erased', '', '', null])
    assert.equal(shop.mails().length, 0, 'mails that were kept are gone')
    assert.ok((await ended()).some(({ userId }) => userId === id))
    await assert.rejects(shop.guest('refresh', { refreshToken }), { code: 'invalid_refresh_token' })
    await assert.rejects(shop.guest('login', { email: 'ada@example.org', password: PASSWORD }), { code: 'invalid_credentials' })
    assert.notEqual((await shop.guest('register', aRegistration())).id, id)
    const { items } = await shop.callAs(root, 'audit', { userId: id })
    assert.deepEqual([items[0]?.action, items[0]?.actor.id], ['account_erased', root.subject])
    await assert.rejects(shop.callAs(root, 'erase', { id: root.subject }), { code: 'permission_denied', message: /their own/ })
    await shop.callAs(root, 'erase', { id: second.subject })
    await assert.rejects(shop.callAs(second, 'erase', { id: root.subject }), { code: 'unauthenticated' })
    const operator = { kind: 'key', subject: 'operator', roles: ['admin'] } as const
    await assert.rejects(shop.callAs(operator, 'erase', { id: root.subject }), { code: 'last_admin' })
  })

  test(`${name}: an erased account is changed by nobody, and erased again when something stands in it`, async () => {
    await using place = await withTwoAdmins()
    const { shop, root } = place
    const { id } = await shop.guest('register', aRegistration())
    const { version } = await shop.callAs(root, 'erase', { id })
    const [hosted] = shop.platform.services
    const changes = [{ name: 'Back Again' }, { phone: '+49 30 7' }, { roles: ['admin' as const] }, { status: 'active' as const }, {}]
    for (const change of changes)
      for (const given of [version, version - 1])
        await assert.rejects(shop.callAs(root, 'update', { id, version: given, ...change }), { code: 'account_erased', status: 409 })
    assert.equal((await shop.users.get({ id })).version, version)

    await hosted?.store.transaction((tx) => sqlOf(tx).run("UPDATE account SET name = 'Back', email = 'a@b.c' WHERE id = ?", id)) // of an earlier release
    const again = await shop.callAs(root, 'erase', { id })
    assert.deepEqual([again.status, again.name, again.email, again.version], ['erased', '', '', version + 1])
    const query = "SELECT data FROM banyan_outbox WHERE type = 'user.erased'" // as committed: on PostgreSQL an event gets its position later
    const events = (await hosted?.store.read((tx) => sqlOf(tx).all<{ data: string }>(query))) ?? []
    const erasures = events.filter(({ data }) => JSON.parse(data).userId === id)
    assert.equal(erasures.length, 2, 'each erasure is told, so that all services erase again')
  })
}

function issuedAt(token: string): number {
  const payload = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { iat: number }
  return Math.round(payload.iat * 1_000)
}
