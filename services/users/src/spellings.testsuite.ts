import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ADMIN, aRegistration, PASSWORD, usersIn, type UsersPlace, usersPlatform } from './users.fixture.ts'
import { sqlOf } from 'banyan/store'

type Shop = Awaited<ReturnType<typeof usersPlatform>>

/** Checks that one mailbox has one account, and that people are found by any spelling. */
export function testSpellings(name: string, open: () => Promise<UsersPlace>): void {
  test(`${name}: one mailbox has one account, whatever the spelling`, async () => {
    await using shop = await usersIn(open)
    const { user } = await shop.guest('register', aRegistration({ email: 'Özil@bücher.example' }))
    assert.equal(user.email, 'özil@bücher.example')
    const spellings = ['o\u0308zil@bücher.example', 'ÖZIL@BÜCHER.example', 'özil@xn--bcher-kva.example', 'özil@ｂücher.example']
    for (const email of spellings) {
      await assert.rejects(shop.guest('register', aRegistration({ email })), { code: 'email_taken' }, email)
      assert.equal((await shop.guest('login', { email, password: PASSWORD })).user.id, user.id, email)
    }
    const both = await Promise.allSettled(
      ['straße@example.org', 'STRASSE@example.org'].map((email) => shop.guest('register', aRegistration({ email }))),
    )
    assert.equal(both.filter(({ status }) => status === 'fulfilled').length, 1)
  })

  test(`${name}: refuses an address that hides something`, async () => {
    await using shop = await usersIn(open)
    for (const email of ['ad\u200ba@example.org', 'ada\u202e@example.org', 'ada@exam\u00adple.org', 'a@127.0.0.1'])
      await assert.rejects(shop.guest('register', aRegistration({ email })), { code: 'invalid_argument' }, JSON.stringify(email))
  })

  test(`${name}: an account from before the rule of addresses is read and signs in, and takes no other's mailbox`, async () => {
    await using shop = await usersIn(open)
    const email = 'ada,b@example.org'
    const { id } = await shop.guest('register', aRegistration())
    await assert.rejects(shop.guest('register', aRegistration({ email })), { code: 'invalid_argument' })
    await shop.platform.services[0]!.store.transaction((tx) =>
      sqlOf(tx).run('UPDATE account SET email = ?, email_key = ? WHERE id = ?', email, email, id),
    )
    assert.equal((await shop.guest('login', { email: 'Ada,B@Example.org', password: PASSWORD })).user.id, id)
    assert.equal((await shop.users.get({ id })).email, email)
    assert.equal((await shop.users.update({ id, version: 1, name: 'Ada' })).email, email)
    await assert.rejects(shop.guest('requestReset', { email }), { code: 'invalid_argument' })
  })

  test(`${name}: finds people by name and email in any case, with or without accents, composed or not`, async () => {
    await using shop = await usersIn(open)
    await shop.guest('register', aRegistration({ email: 'm@bücher.example', name: 'Mesut Özil' }))
    const { id } = await shop.guest('register', aRegistration({ email: 'sofia@example.org', name: 'ΣΟΦΟΣ' }))
    const found = async (q: string) => (await shop.users.list({ q })).items.map(({ name: one }) => one)
    for (const q of ['Özil', 'O\u0308zil', 'özil', 'ÖZIL', 'ozil', 'sut öz', 'M@BÜCHER', 'xn--bcher-kva'])
      assert.deepEqual(await found(q), ['Mesut Özil'], q)
    for (const q of ['σοφος', 'ΣΟΦΟΣ', 'Sofia@']) assert.deepEqual(await found(q), ['ΣΟΦΟΣ'], q)
    assert.deepEqual(await found('%'), [])
    await shop.users.update({ id, version: 1, name: 'Zoë' })
    assert.deepEqual([await found('zoe'), await found('σοφος')], [['Zoë'], []])
  })

  test(`${name}: gives accounts of before their keys, and reports two of one mailbox without merging them`, async () => {
    await using place = await open()
    const stores = place.stores ? { stores: place.stores } : {}
    const first = await usersPlatform(stores)
    const emails = ['fish@example.org', 'ﬁsh@example.org', 'ada@bücher.example']
    for (const [index] of emails.entries())
      await first.guest('register', aRegistration({ email: `${index}@example.org`, name: `Özil ${index}` }))
    const ids = (await first.users.list({})).items.map(({ id }) => id).toReversed()
    await asBefore(first, ids, emails)
    await first.platform.stop()
    const again = await usersPlatform({ ...stores, environment: ADMIN, directory: first.platform.directory })
    const signedIn = async (email: string) => (await again.guest('login', { email, password: PASSWORD })).user.id
    assert.equal(await signedIn('FISH@example.org'), ids[0])
    assert.equal(await signedIn('ﬁsh@example.org'), ids[1], 'with the very spelling that it was made with')
    assert.equal(await signedIn('ada@xn--bcher-kva.example'), ids[2])
    assert.equal((await again.users.list({ q: 'ozil' })).items.length, 3)
    const { items } = await again.callAs(await again.signInAdmin(), 'audit', { action: 'email_collision' })
    assert.deepEqual(
      items.map(({ userId, after }) => [userId, after]),
      [[ids[1], [ids[0]]]],
    )
    await again.platform.stop()
    await first[Symbol.asyncDispose]()
  })
}

/** Puts accounts into the state in which versions without keys left them, with many others that take several pages. */
async function asBefore(shop: Shop, ids: readonly string[], emails: readonly string[]): Promise<void> {
  await shop.platform.services[0]!.store.transaction(async (tx) => {
    const sql = sqlOf(tx)
    for (const [index, id] of ids.entries())
      await sql.run('UPDATE account SET email = ?, email_key = NULL, search_key = NULL WHERE id = ?', emails[index] as string, id)
    await sql.run(`INSERT INTO account (id, email, status, roles, marketing_consent, created_at, updated_at, version)
      WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 450)
      SELECT 'x-' || i, 'x' || i || '@example.org', 'active', '["customer"]', 0, 0, 0, 1 FROM n`)
  })
}
