import { BanyanError } from 'banyan'
import { operation, type UsersContext } from '../define.ts'
import { passwordFaults } from '../domain/password-policy.ts'
import type { Account } from '../store/account-records.ts'
import { checkActor } from './actor.ts'
import { changesOf, countFailure, refuseLocked } from './guard.ts'
import { knownToken } from './known-device.ts'
import { setPassword } from './set-password.ts'
import { signIn, signInParts } from './sign-in.ts'

/**
 * Sets a new password for whoever knows the present one: a token alone, e.g. on a computer that was left, must not be enough. All other sessions
 * end; this one goes on with the tokens of the answer, and its device is known.
 */
export const changePassword = operation('changePassword', async ({ currentPassword, newPassword, deviceToken }, context) => {
  const { fail, read, transaction, resources, principal } = context
  const { account, storedHash } = await resources.costly(context, () => verified(currentPassword, context))
  if (!account) return fail('wrong_password', {})
  const reasons = passwordFaults(newPassword, account.email)
  if (reasons.length > 0) return fail('weak_password', { reasons: [...reasons] })
  const hash = await resources.costly(context, () => resources.passwords.hash(newPassword))
  const known = await read((tx) => knownToken(tx, context, account.id, deviceToken))
  const parts = await signInParts(context, known)
  return transaction(async (tx) => {
    await checkActor(tx, principal)
    if ((await tx.credentials.byUser(account.id))?.hash !== storedHash) return fail('wrong_password', {})
    await setPassword(tx, context, { account, hash, action: 'password_changed', deviceToken: known })
    const current = await tx.accounts.byId(account.id)
    return signIn(tx, context, current ?? account, parts)
  })
})

interface Verified {
  readonly account: Account | undefined
  readonly storedHash: string | undefined
}

/** Returns the account when the password fits; counts a failure otherwise. */
async function verified(password: string, context: UsersContext): Promise<Verified> {
  const { read, principal, resources } = context
  const counters = [changesOf(context, principal.subject)]
  const { account, stored } = await read(async (tx) => {
    await refuseLocked(tx, context, counters)
    return { account: await checkActor(tx, principal), stored: await tx.credentials.byUser(principal.subject) }
  })
  if (!account || !stored) throw new BanyanError('not_found', 'no password belongs to this account')
  if (await resources.passwords.verify(password, stored)) return { account, storedHash: stored.hash }
  await countFailure(context, counters, account.id)
  return { account: undefined, storedHash: undefined }
}
