import assert from 'node:assert/strict'
import { eventually } from '@banyan/testing'
import type { usersIn } from './users.fixture.ts'
import { sqlOf } from 'banyan/store'

/** Address of the user that the fixture registers. */
export const EMAIL = 'ada@example.org'
/** No password of anybody. */
export const WRONG = 'not it at all'
/** A password that the policy accepts, and another than the first. */
export const NEW_PASSWORD = 'another good secret'

type Shop = Awaited<ReturnType<typeof usersIn>>

/** Tries wrong passwords; each must be refused as wrong. */
export async function guessWrong(shop: Shop, times: number, origin: string, deviceToken?: string): Promise<void> {
  for (let attempt = 0; attempt < times; attempt++) {
    const shown = { email: EMAIL, password: WRONG, ...(deviceToken === undefined ? {} : { deviceToken }) }
    await assert.rejects(shop.guest('login', shown, origin), { code: 'invalid_credentials' })
  }
}

/** As many failures, each from another address, as are free for strangers, but one. */
export async function plantFailuresOfStrangers(shop: Shop): Promise<void> {
  await guessWrong(shop, 1, '203.0.113.1')
  const store = shop.platform.services[0]!.store
  const rows = await store.read((tx) => sqlOf(tx).all<{ account_key: string }>('SELECT account_key FROM login_attempt'))
  assert.equal(rows.length, 2, 'one for account and address, one for all strangers')
  await store.transaction((tx) => sqlOf(tx).run('UPDATE login_attempt SET failures = 99'))
}

/** The token of a mail. */
export function tokenIn(mail: string | undefined): string {
  const [token] = /^[\w-]{43}$/m.exec(mail ?? '') ?? []
  assert.ok(token, 'a mail with a token')
  return token
}

/** Waits until no mail is under way. */
export async function noTimers(shop: Shop): Promise<void> {
  const store = shop.platform.services[0]!.store
  const query = "SELECT COUNT(*) AS waiting FROM banyan_timer WHERE name = 'mail-reset'"
  await eventually(async () => assert.equal((await store.read((tx) => sqlOf(tx).get<{ waiting: number }>(query)))?.waiting, 0))
}
