import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ANONYMOUS, type Principal, servicePrincipal } from '../../contract/access.ts'
import { authorize, permit } from './authorize.ts'

const ann: Principal = { kind: 'user', subject: 'ann', roles: ['customer'] }
const staff: Principal = { kind: 'user', subject: 'sue', roles: ['support'] }

test('only services may call internal operations', () => {
  authorize('internal', servicePrincipal('orders'), {})
  assert.throws(() => authorize('internal', staff, {}), { code: 'permission_denied' })
  assert.throws(() => authorize('internal', ANONYMOUS, {}), { code: 'permission_denied' })
})

test('without a token only public operations may be called', () => {
  authorize('public', ANONYMOUS, {})
  for (const access of ['user', { roles: ['admin'] }, { owner: 'id' }] as const)
    assert.throws(() => authorize(access, ANONYMOUS, { id: '' }), { code: 'unauthenticated' })
})

test('an owner and the named roles may call, others may not', () => {
  const access = { owner: 'userId', roles: ['support'] } as const
  authorize(access, ann, { userId: 'ann' })
  authorize(access, staff, { userId: 'ann' })
  assert.throws(() => authorize(access, ann, { userId: 'bob' }), { code: 'permission_denied' })
  assert.throws(() => authorize({ roles: ['admin'] }, staff, {}), { code: 'permission_denied' })
})

test('an API key is no user, whatever it is called and whatever roles it has', () => {
  const key: Principal = { kind: 'key', subject: 'ann', roles: ['support'] }
  assert.throws(() => authorize('user', key, {}), { code: 'permission_denied', message: /an API key stands for no user/ })
  assert.throws(() => authorize({ owner: 'userId' }, key, { userId: 'ann' }), { code: 'permission_denied' })
  assert.throws(() => permit(key, 'ann', []), { code: 'not_found' })
  authorize({ user: true, roles: ['support'] }, key, {})
  authorize({ user: true, roles: ['support'] }, ann, {})
  assert.throws(() => authorize({ user: true, roles: ['finance'] }, key, {}), { code: 'permission_denied' })
  assert.throws(() => authorize({ user: true, roles: ['support'] }, ANONYMOUS, {}), { code: 'unauthenticated' })
})

test("somebody else's object is indistinguishable from a missing one", () => {
  permit(ann, 'ann', [])
  permit(staff, 'ann', ['support'])
  permit(servicePrincipal('orders'), undefined, [])
  assert.throws(() => permit(ann, 'bob', ['support']), { code: 'not_found' })
  assert.throws(() => permit(ann, undefined, []), { code: 'not_found' })
  assert.throws(() => permit(ANONYMOUS, '', []), { code: 'not_found' })
})
