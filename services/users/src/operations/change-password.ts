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
  const { fail, transaction, resources, principal } = context
  const shown = { password: currentPassword, deviceToken }
  const { account, storedHash, ownToken } = await resources.costly(context, () => verified(shown, context))
  if (!account) return fail('wrong_password', {})
  const reasons = passwordFaults(newPassword, account.email)
  if (reasons.length > 0) return fail('weak_password', { reasons: [...reasons] })
  const hash = await resources.costly(context, () => resources.passwords.hash(newPassword))
  const parts = await signInParts(context, ownToken)
  return transaction(async (tx) => {
    await checkActor(tx, principal)
    if ((await tx.credentials.byUser(account.id))?.hash !== storedHash) return fail('wrong_password', {})
    await setPassword(tx, context, { account, hash, action: 'password_changed', deviceToken: ownToken })
    const current = await tx.accounts.byId(account.id)
    return signIn(tx, context, current ?? account, parts)
  })
})

/** What the user showed. */
interface Shown {
  readonly password: string
  readonly deviceToken: string | undefined
}

interface Verified {
  readonly account: Account | undefined
  readonly storedHash: string | undefined
  /** The device's token, where the account knows it. */
  readonly ownToken: string | undefined
}

/** Returns the account when the password fits; counts a failure otherwise. */
async function verified({ password, deviceToken }: Shown, context: UsersContext): Promise<Verified> {
  const { read, principal, resources } = context
  const counters = [changesOf(context, principal.subject)]
  const { account, stored, ownToken } = await read(async (tx) => {
    await refuseLocked(tx, context, counters)
    const account = await checkActor(tx, principal)
    const stored = await tx.credentials.byUser(principal.subject)
    return { account, stored, ownToken: await knownToken(tx, context, principal.subject, deviceToken) }
  })
  if (!account || !stored) throw new BanyanError('not_found', 'no password belongs to this account')
  if (await resources.passwords.verify(password, stored)) return { account, storedHash: stored.hash, ownToken }
  await countFailure(context, counters, account.id)
  return { account: undefined, storedHash: undefined, ownToken: undefined }
}
