import { operation } from '../define.ts'
import { maySignIn } from '../domain/user-status.ts'
import { passwordFaults } from '../domain/password-policy.ts'
import { tokenHash } from '../security/secret-token.ts'
import { knownToken, rememberDevice } from './known-device.ts'
import { setPassword } from './set-password.ts'

/**
 * Sets a new password with a token from a mail. It ends all sessions; the user signs in with the new password. The address that had the token
 * is no stranger from then on, and a device that shows a token of its own stays known.
 */
export const resetPassword = operation('resetPassword', async ({ token, password, deviceToken }, context) => {
  const { read, transaction, fail, resources, now } = context
  const hash = tokenHash(token)
  const known = await read(async (tx) => {
    const userId = await tx.resets.userOf(hash, now())
    return userId === undefined ? undefined : tx.accounts.byId(userId)
  })
  if (!known) return fail('invalid_reset_token', {})
  const reasons = passwordFaults(password, known.email)
  if (reasons.length > 0) return fail('weak_password', { reasons: [...reasons] })
  const passwordHash = await resources.costly(context, () => resources.passwords.hash(password))
  const fresh = resources.newSecret()
  return transaction(async (tx) => {
    // Read anew: the token is good for one of two that show it at once.
    const userId = await tx.resets.userOf(hash, now())
    const account = userId === undefined ? undefined : await tx.accounts.byId(userId)
    if (!account || !maySignIn(account.status)) return fail('invalid_reset_token', {})
    const ownToken = await knownToken(tx, context, account.id, deviceToken)
    await setPassword(tx, context, { account, hash: passwordHash, action: 'password_reset', deviceToken: ownToken })
    await rememberDevice(tx, context, { userId: account.id, deviceToken: ownToken ?? fresh, seenAt: now() })
    return null
  })
})
