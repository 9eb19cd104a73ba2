import { BanyanError, type Static } from 'banyan'
import type { users } from '../contract.ts'
import { operation } from '../define.ts'
import { allowedStatuses, canMove } from '../domain/user-status.ts'
import type { Account } from '../store/account-records.ts'
import { toUser } from './to-user.ts'

type UserChange = Static<typeof users.operations.update.input>

/** Changes a user. Roles and status are the admins'; the last admin keeps both. */
export const update = operation('update', async (input, { transaction, fail, permit, principal, now }) => {
  permit(input.id)
  if ((input.roles ?? input.status) !== undefined && !principal.roles.includes('admin'))
    throw new BanyanError('permission_denied', 'only an admin may change roles and status')
  return transaction(async (tx) => {
    const before = await tx.accounts.byId(input.id)
    if (!before) throw new BanyanError('not_found', 'no such user')
    if (before.version !== input.version) throw outdated(before.version)
    const after = applied(before, input, now())
    if (!canMove(before.status, after.status))
      fail('illegal_transition', { from: before.status, to: after.status, allowed: [...allowedStatuses(before.status)] })
    if (isAdmin(before) && !isAdmin(after) && (await tx.accounts.otherAdmins(after.id)) === 0) fail('last_admin', {})
    if (!(await tx.accounts.update(after))) throw outdated(before.version)
    const disabled = after.status === 'disabled' && before.status !== 'disabled'
    if (disabled) await tx.sessions.revokeUser(after.id, 'disabled', after.updatedAt)
    tx.emit(disabled ? 'user.disabled' : 'user.updated', { userId: after.id, status: after.status, roles: after.roles })
    return toUser(after)
  })
})

function applied(before: Account, change: UserChange, now: number): Account {
  const marketingConsent = change.marketingConsent ?? before.marketingConsent
  return {
    ...before,
    name: change.name ?? before.name,
    phone: change.phone === undefined ? before.phone : change.phone,
    locale: change.locale === undefined ? before.locale : change.locale,
    roles: change.roles ?? before.roles,
    status: change.status ?? before.status,
    marketingConsent,
    consentAt: marketingConsent === before.marketingConsent ? before.consentAt : marketingConsent ? now : null,
    updatedAt: now,
    version: before.version + 1,
  }
}

function isAdmin({ status, roles }: Account): boolean {
  return status === 'active' && roles.includes('admin')
}

function outdated(version: number): BanyanError {
  return new BanyanError('version_mismatch', `the user has version ${version} by now; read it again, then change it`)
}
