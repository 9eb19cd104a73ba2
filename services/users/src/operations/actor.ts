import { BanyanError, type Principal } from 'banyan'
import type { User } from '../contract.ts'
import { maySignIn } from '../domain/user-status.ts'
import type { Account } from '../store/account-records.ts'
import type { UsersRepository } from '../store/users-store.ts'

/** A role of a user. */
type Role = User['roles'][number]

/**
 * Reads the acting user anew within the transaction that acts for it: a token says what was true when it was issued.
 * Keys and services have no account; what they may do is configuration. Throws `unauthenticated` for a user that may not sign in, and
 * `permission_denied` for one that has lost the role.
 */
export async function checkActor(tx: Pick<UsersRepository, 'accounts'>, principal: Principal, role?: Role): Promise<Account | undefined> {
  if (principal.kind !== 'user') return undefined
  const actor = await tx.accounts.byId(principal.subject)
  if (!actor || !maySignIn(actor.status))
    throw new BanyanError('unauthenticated', 'the account of this token may not sign in; sign in with another')
  if (role !== undefined && !actor.roles.includes(role))
    throw new BanyanError('permission_denied', `this needs the role "${role}", which the account of this token does not have any more`)
  return actor
}

/** Tells whether an account can sign in as an admin. */
export function isAdmin({ status, roles }: Account): boolean {
  return status === 'active' && roles.includes('admin')
}
