import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { eventually } from '@banyan/testing'
import { ADMIN, anOrder, PASSWORD } from '../tests/support/shop-client.ts'
import { CUSTOMER } from './growth.ts'
import type { Template } from './growth-seed.ts'
import type { Asker } from './shop-asker.ts'
import type { Callers, Made } from './shop-queries.ts'

/** A shop that commands are sent to. */
export interface Commanded {
  readonly url: string
  readonly asker: Asker
  readonly template: Template
  /** Where its mails are. */
  readonly files: string
}

/** Time in which a redrive begins. */
const REDRIVE_MS = 500
/** Time in which some thousand orders are read into new tables, on a machine that does something else meanwhile. */
const REBUILD_MS = 60_000
const SECRET = 'another good secret'

interface SignedIn {
  readonly accessToken: string
  readonly refreshToken: string
  readonly user: { readonly id: string; readonly version: number }
}

/** Sends every command that the shop takes, each so that it does something. Returns who may ask on, and for what. */
export async function everyCommand(shop: Commanded): Promise<Callers & { readonly made: Made }> {
  const { ask } = shop.asker
  const signIn = async (email: string, password: string): Promise<string> =>
    (await ask<SignedIn>('POST', '/api/auth/login', { body: { email, password } })).accessToken
  const admin = await signIn(ADMIN.BANYAN_ADMIN_EMAIL, ADMIN.BANYAN_ADMIN_PASSWORD)
  const changed = { currentPassword: PASSWORD, newPassword: SECRET }
  const changing = { token: await signIn(CUSTOMER, PASSWORD), body: changed }
  const customer = (await ask<SignedIn>('POST', '/api/auth/password', changing)).accessToken // ends all the others
  const orderId = await sell(shop, { admin, customer })
  await manageAccounts(shop, admin)
  await operate(shop, admin)
  const { items } = await ask<{ items: readonly { readonly id: string }[] }>('GET', `/api/payments?orderId=${orderId}`, { token: admin })
  return { admin, customer, made: { orderId, paymentId: items[0]?.id ?? '' } }
}

async function sell({ asker: { ask }, template: { sku } }: Commanded, { admin, customer }: Callers): Promise<string> {
  const place = async (key: string): Promise<string> => {
    const headers = { 'idempotency-key': key, prefer: 'wait=30' }
    return (await ask<{ id: string }>('POST', '/api/orders', { token: customer, body: anOrder({ sku }), headers })).id
  }
  const orderId = await place('k1')
  const cancelled = await place('k2')
  const cancelling = { token: customer, body: { reason: 'customer' }, headers: { 'idempotency-key': 'k3', prefer: 'wait=30' } }
  await ask('POST', `/api/orders/${cancelled}/cancel`, cancelling)
  await eventually(async () => {
    const { status } = await ask<{ status: string }>('GET', `/api/orders/${cancelled}`, { token: customer })
    assert.equal(status, 'cancelled')
  })
  await ask('POST', `/api/orders/${cancelled}/erasure`, { token: customer, body: {} })
  await ask('POST', '/api/interactions', { token: customer, body: { sku, kind: 'view' } })
  const rated = { country: 'DE', currency: 'EUR', subtotalMinor: 1_000, weightGrams: 100 }
  await ask('POST', '/api/shipping/rates', { body: rated })
  const counted = { delta: 1, reason: 'stocktaking' }
  await ask('POST', `/api/inventory/${sku}/adjustments`, { token: admin, body: counted, headers: { 'idempotency-key': 'k4' } })
  const prices = [{ currency: 'EUR', amountMinor: 1_000 }]
  const body = { title: 'Tin cup', status: 'active', variants: [{ sku: 'CUP-1', title: 'one size', weightGrams: 100, prices }] }
  const made = await ask<{ id: string; version: number }>('POST', '/api/products', { token: admin, body })
  const renamed = { token: admin, body: { title: 'Tin mug' }, headers: { 'if-match': `"${made.version}"` } }
  await ask('PUT', `/api/products/${made.id}`, renamed)
  await ask('DELETE', `/api/products/${made.id}`, { token: admin })
  return orderId
}

async function manageAccounts({ asker: { ask }, files }: Commanded, admin: string): Promise<void> {
  const email = 'new@example.org'
  const { user } = await ask<SignedIn>('POST', '/api/auth/register', { body: { email, password: PASSWORD, name: 'Test User' } })
  const signIn = (): Promise<SignedIn> => ask('POST', '/api/auth/login', { body: { email, password: PASSWORD } })
  const first = await signIn()
  const next = await ask<SignedIn>('POST', '/api/auth/refresh', { body: { refreshToken: first.refreshToken } })
  await ask('POST', '/api/auth/logout', { body: { refreshToken: next.refreshToken } })
  await ask('POST', '/api/auth/logout-all', { token: (await signIn()).accessToken })
  await ask('POST', '/api/auth/forgot', { body: { email } })
  await ask('POST', '/api/auth/forgot', { body: { email: CUSTOMER } })
  const token = await eventually(() => tokenOfMail(path.join(files, 'users', 'mails'), email))
  await ask('POST', '/api/auth/reset', { body: { token, password: PASSWORD } })
  // a wrong password, which is counted and put into the trail
  await ask('POST', '/api/auth/login', { body: { email, password: 'wrong' }, expected: 401 })
  let { version } = user
  for (const roles of [['customer', 'admin'], ['customer']]) {
    const change = { token: admin, body: { roles }, headers: { 'if-match': `"${version}"` } }
    version = (await ask<{ version: number }>('PUT', `/api/users/${user.id}`, change)).version
  }
  await ask('POST', `/api/users/${user.id}/erasure`, { token: admin, body: {} })
}

/** Throws while there is no mail to an address. */
function tokenOfMail(folder: string, email: string): string {
  for (const name of readdirSync(folder)) {
    const text = readFileSync(path.join(folder, name), 'utf8')
    const token = text.includes(email) ? /^[\w-]{43}$/m.exec(text)?.[0] : undefined
    if (token !== undefined) return token
  }
  throw new Error(`${folder} has no mail to ${email}`)
}

async function operate({ url, asker: { ask } }: Commanded, token: string): Promise<void> {
  const reason = 'test'
  const parked = (nth: number) => ({ service: 'recommendations', consumer: 'main', source: 'orders', reason, key: `parked-${nth}` })
  // its handler fails, because there is no such order, and is tried again for long: nobody waits for that here
  await fetch(`${url}/api/ops/parked/redrive`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(parked(7)),
    signal: AbortSignal.timeout(REDRIVE_MS),
  }).then(
    ({ status }) => assert.ok(status < 300, `a redrive answered ${status}`),
    (error: unknown) => assert.equal((error as Error).name, 'TimeoutError'),
  )
  const { key: _, ...place } = parked(8)
  await ask('POST', '/api/ops/parked/skip', { token, body: { ...place, position: 8 } })
  const saga = '/api/ops/sagas/orders/waiting-7'
  // it waits, is not stuck, and is committed: there is nothing to settle or to undo; each looks it up and answers that
  await ask('POST', `${saga}/retry`, { token, body: { reason }, expected: 409 })
  await ask('POST', `${saga}/skip`, { token, body: { step: 'authorize', reason }, expected: 409 })
  await ask('POST', `${saga}/rollback`, { token, body: { reason }, expected: 409 })
  const stranger = { service: 'orders', reader: 'nobody', consumer: 'main', reason }
  await ask('POST', '/api/ops/readers/forget', { token, body: stranger, expected: 404 }) // all consumers are in this process
  await ask('POST', '/api/ops/projections/rebuild', { token, body: { service: 'orders', projection: 'order-view', reason } })
  await eventually(() => ask('GET', '/health/ready'), { timeoutMs: REBUILD_MS }) // not ready while the old read model serves
}
