import { BanyanError } from 'banyan'
import { operation, type UsersContext } from '../define.ts'
import type { Account } from '../store/account-records.ts'
import { checkActor, isAdmin } from './actor.ts'
import { auditEntry } from './audit-entry.ts'
import { endSignIns } from './end-sign-ins.ts'
import { toUser } from './to-user.ts'

/**
 * Erases who an account belongs to, for ever: here at once, in the other services by an event. The id stays, because orders and the trail name
 * it, and it names nobody any more. Once more removes what is there all the same, e.g. from an earlier release, and tells all services again.
 * Nobody erases their own account, and the last admin stays.
 */
export const erase = operation('erase', async ({ id }, context) => {
  const { read, transaction, fail, principal, now } = context
  if (principal.kind === 'user' && principal.subject === id)
    throw new BanyanError('permission_denied', 'nobody erases their own account; ask another admin')
  const found = await read((tx) => tx.accounts.byId(id))
  if (!found) throw new BanyanError('not_found', 'no such user')
  // Before, so that a crash leaves the address to try again with; and after, for a mail that was under way.
  await forgetMails(context, found)
  const erased = await transaction(async (tx) => {
    await checkActor(tx, principal, 'admin')
    const before = await tx.accounts.byId(id)
    if (!before) throw new BanyanError('not_found', 'no such user')
    if (isAdmin(before) && !(await tx.accounts.hasOtherAdmin(id))) return fail('last_admin', {})
    const after = withoutPerson(before, now())
    await tx.accounts.update(after)
    await tx.credentials.forget(id)
    await tx.resets.forgetAll(id)
    await tx.devices.forgetAll(id)
    await endSignIns(tx, id, 'erased', after.updatedAt)
    await tx.audit.add(auditEntry(context, { action: 'account_erased', userId: id }))
    tx.emit('user.erased', { userId: id })
    return toUser(after)
  })
  await forgetMails(context, found)
  return erased
})

async function forgetMails({ resources }: UsersContext, { email }: Account): Promise<void> {
  if (email !== '') await resources.mailer.forget?.(email)
}

function withoutPerson(account: Account, now: number): Account {
  return {
    ...account,
    email: '',
    emailKey: '',
    emailVerifiedAt: null,
    name: '',
    phone: null,
    locale: null,
    marketingConsent: false,
    consentAt: null,
    status: 'erased',
    updatedAt: now,
    version: account.version + 1,
  }
}
