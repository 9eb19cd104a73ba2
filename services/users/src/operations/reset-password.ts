import { operation } from '../define.ts'
import { maySignIn } from '../domain/user-status.ts'
import { passwordFaults } from '../domain/password-policy.ts'
import { tokenHash } from '../security/secret-token.ts'
import { strangersOf } from './guard.ts'
import { setPassword } from './set-password.ts'

/** Sets a new password with a token from a mail. It ends all sessions; the user signs in with the new password. */
export const resetPassword = operation('resetPassword', async ({ token, password }, context) => {
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
  return transaction(async (tx) => {
    // Read anew: the token is good for one of two that show it at once.
    const userId = await tx.resets.userOf(hash, now())
    const account = userId === undefined ? undefined : await tx.accounts.byId(userId)
    if (!account || !maySignIn(account.status)) return fail('invalid_reset_token', {})
    await setPassword(tx, context, { userId: account.id, hash: passwordHash, action: 'password_reset' })
    await tx.attempts.clear(strangersOf(context, account.emailKey).key)
    return null
  })
})
