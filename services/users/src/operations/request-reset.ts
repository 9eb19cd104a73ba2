import { operation } from '../define.ts'
import { parseEmail } from '../email/email-address.ts'
import { maySignIn } from '../domain/user-status.ts'
import { mailReset } from '../timers/mail-reset.ts'
import { countersOf } from './guard.ts'
import { originKey } from './origin-key.ts'

/**
 * Mails a token for a new password. Addresses with and without an account take the same path, with the same reads and writes; whether a mail
 * is sent is decided by a timer, which writes it too, so its time shows to nobody. Who asks is told apart as at a sign-in: a known device, an
 * address of the owner, or a stranger.
 */
export const requestReset = operation('requestReset', async ({ email, deviceToken }, context) => {
  const { transaction, now, id, origin } = context
  const address = parseEmail(email)
  return transaction(async (tx) => {
    const account = await tx.accounts.byEmail(address)
    const { counters } = await countersOf(tx, context, { emailKey: address.key, userId: account?.id, deviceToken })
    const [own, ...shared] = counters
    const requestId = `mail-reset:${id()}`
    const data = {
      requestId,
      userId: account && maySignIn(account.status) ? account.id : null,
      requestedAt: now(),
      originKey: origin === undefined ? null : originKey(context),
      askedBy: own.key,
      isStranger: shared.length > 0,
    }
    await tx.schedule(mailReset, { id: requestId, at: now(), data })
    return {}
  })
})
