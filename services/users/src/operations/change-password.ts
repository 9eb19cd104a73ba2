import { BanyanError } from 'banyan'
import { operation, type UsersContext } from '../define.ts'
import { FREE_FAILURES } from '../domain/lockout.ts'
import { passwordFaults } from '../domain/password-policy.ts'
import type { Account } from '../store/account-records.ts'
import { checkActor } from './actor.ts'
import { countFailure, refuseLocked } from './guard.ts'
import { setPassword } from './set-password.ts'
import { signIn, signInParts } from './sign-in.ts'

/**
 * Sets a new password for whoever knows the present one: a token alone, e.g. on a computer that was left, must not be enough. All other sessions
 * end; this one goes on with the tokens of the answer.
 */
export const changePassword = operation('changePassword', async ({ currentPassword, newPassword }, context) => {
  const { fail, transaction, resources, principal } = context
  const { account, storedHash } = await resources.costly(context, () => verified(currentPassword, context))
  if (!account) return fail('wrong_password', {})
  const reasons = passwordFaults(newPassword, account.email)
  if (reasons.length > 0) return fail('weak_password', { reasons: [...reasons] })
  const hash = await resources.costly(context, () => resources.passwords.hash(newPassword))
  const parts = await signInParts(context)
  return transaction(async (tx) => {
    await checkActor(tx, principal)
    if ((await tx.credentials.byUser(account.id))?.hash !== storedHash) return fail('wrong_password', {})
    await setPassword(tx, context, { userId: account.id, hash, action: 'password_changed' })
    const current = await tx.accounts.byId(account.id)
    return signIn(tx, context, current ?? account, parts)
  })
})

interface Verified {
  readonly account: Account | undefined
  readonly storedHash: string | undefined
}

/** Returns the account when the password fits; counts a failure otherwise. Counted by account alone: it takes a token to get here. */
async function verified(password: string, context: UsersContext): Promise<Verified> {
  const { read, principal, resources } = context
  const counters = [{ key: resources.keyed.of('change of password', principal.subject), free: FREE_FAILURES }]
  const { account, stored } = await read(async (tx) => {
    await refuseLocked(tx, context, counters)
    return { account: await checkActor(tx, principal), stored: await tx.credentials.byUser(principal.subject) }
  })
  if (!account || !stored) throw new BanyanError('not_found', 'no password belongs to this account')
  if (await resources.passwords.verify(password, stored)) return { account, storedHash: stored.hash }
  await countFailure(context, counters, account.id)
  return { account: undefined, storedHash: undefined }
}
