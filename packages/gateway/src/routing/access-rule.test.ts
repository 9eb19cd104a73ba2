import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Access, ANONYMOUS, type Principal } from 'banyan/contract'
import { checkAccess, checkOwner } from './access-rule.ts'

const ANN: Principal = { kind: 'user', subject: 'ann', roles: ['customer'] }
const STAFF: Principal = { kind: 'user', subject: 'sam', roles: ['support'] }
const KEY: Principal = { kind: 'key', subject: 'ann', roles: ['support'] }
const BARE_KEY: Principal = { kind: 'key', subject: 'ann', roles: [] }

function outcome(access: Access, principal: Principal, input: Record<string, unknown> = {}): string {
  try {
    checkAccess(access, principal)
    checkOwner(access, principal, input)
    return 'ok'
  } catch (thrown) {
    return (thrown as { code: string }).code
  }
}

test('lets in whom the rule names', () => {
  const owner: Access = { owner: 'userId', roles: ['support'] }
  const cases: readonly [Access, Principal, Record<string, unknown>, string][] = [
    ['public', ANONYMOUS, {}, 'ok'],
    ['user', ANONYMOUS, {}, 'unauthenticated'],
    ['user', ANN, {}, 'ok'],
    ['user', KEY, {}, 'permission_denied'],
    [{ user: true, roles: ['support'] }, ANN, {}, 'ok'],
    [{ user: true, roles: ['support'] }, KEY, {}, 'ok'],
    [{ user: true, roles: ['support'] }, BARE_KEY, {}, 'permission_denied'],
    [{ user: true, roles: ['support'] }, ANONYMOUS, {}, 'unauthenticated'],
    [{ roles: ['support'] }, ANONYMOUS, {}, 'unauthenticated'],
    [{ roles: ['support'] }, ANN, {}, 'permission_denied'],
    [{ roles: ['support'] }, STAFF, {}, 'ok'],
    [{ roles: ['support'] }, KEY, {}, 'ok'],
    [owner, ANN, { userId: 'ann' }, 'ok'],
    [owner, ANN, { userId: 'bob' }, 'permission_denied'],
    [owner, ANN, {}, 'permission_denied'],
    [owner, ANN, { userId: ['ann'] }, 'permission_denied'],
    [owner, STAFF, { userId: 'ann' }, 'ok'],
    [owner, BARE_KEY, { userId: 'ann' }, 'permission_denied'],
    [owner, ANONYMOUS, { userId: '' }, 'unauthenticated'],
    [{ owner: 'userId' }, STAFF, { userId: 'ann' }, 'permission_denied'],
  ]
  for (const [access, principal, input, expected] of cases)
    assert.equal(outcome(access, principal, input), expected, JSON.stringify([access, principal, input]))
})
