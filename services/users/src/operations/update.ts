import { BanyanError, type Static } from 'banyan'
import type { users } from '../contract.ts'
import { operation, type UsersContext, type UsersTransaction } from '../define.ts'
import { allowedStatuses, canMove, mayChange, maySignIn } from '../domain/user-status.ts'
import type { Account } from '../store/account-records.ts'
import type { RevocationReason } from '../store/session-records.ts'
import { checkActor, isAdmin } from './actor.ts'
import { auditEntry } from './audit-entry.ts'
import { endSignIns } from './end-sign-ins.ts'
import { toUser } from './to-user.ts'

type UserChange = Static<typeof users.operations.update.input>

/**
 * Changes a user. Roles and status are the admins', but nobody changes their own, and the last admin keeps both. The actor is read in the same
 * transaction: of two admins who take each other's role at once, one is too late. An erased account is changed by nobody: its id names no one.
 */
export const update = operation('update', async (input, context) => {
  const { transaction, fail, permit, principal, now } = context
  permit(input.id)
  const own = principal.kind === 'user' && principal.subject === input.id
  if ((input.roles ?? input.status) !== undefined) refusePrivileged(own, principal.roles)
  return transaction(async (tx) => {
    await checkActor(tx, principal, own ? undefined : 'admin')
    const before = await tx.accounts.byId(input.id)
    if (!before) throw new BanyanError('not_found', 'no such user')
    if (!mayChange(before.status)) return fail('account_erased', {})
    if (before.version !== input.version) throw outdated(before.version)
    const after = applied(before, input, now())
    if (!canMove(before.status, after.status))
      fail('illegal_transition', { from: before.status, to: after.status, allowed: [...allowedStatuses(before.status)] })
    if (isAdmin(before) && !isAdmin(after) && !(await tx.accounts.hasOtherAdmin(after.id))) fail('last_admin', {})
    if (!(await tx.accounts.update(after))) throw outdated(before.version)
    const ended = whyEnded(before, after)
    await noteChange(tx, context, before, after)
    if (ended) await endSignIns(tx, after.id, ended, after.updatedAt)
    tx.emit(ended === 'disabled' ? 'user.disabled' : 'user.updated', { userId: after.id, status: after.status, roles: after.roles })
    return toUser(after)
  })
})

async function noteChange(tx: UsersTransaction, context: UsersContext, before: Account, after: Account): Promise<void> {
  const userId = after.id
  if (before.roles.join() !== after.roles.join())
    await tx.audit.add(auditEntry(context, { action: 'roles_changed', userId, before: before.roles, after: after.roles }))
  if (before.status !== after.status)
    await tx.audit.add(auditEntry(context, { action: 'status_changed', userId, before: [before.status], after: [after.status] }))
}

function refusePrivileged(own: boolean, roles: readonly string[]): void {
  if (!roles.includes('admin')) throw new BanyanError('permission_denied', 'only an admin may change roles and status')
  if (own) throw new BanyanError('permission_denied', 'nobody changes their own roles or status; ask another admin')
}

/** Whoever may do less than before must not do it with what was issued before. */
function whyEnded(before: Account, after: Account): Extract<RevocationReason, 'disabled' | 'role_lost'> | undefined {
  if (maySignIn(before.status) && !maySignIn(after.status)) return 'disabled'
  return before.roles.every((role) => after.roles.includes(role)) ? undefined : 'role_lost'
}

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

function outdated(version: number): BanyanError {
  return new BanyanError('version_mismatch', `the user has version ${version} by now; read it again, then change it`)
}
