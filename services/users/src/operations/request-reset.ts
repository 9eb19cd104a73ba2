import { operation } from '../define.ts'
import { parseEmail } from '../email/email-address.ts'
import { maySignIn } from '../domain/user-status.ts'
import type { FailedAttempts } from '../domain/lockout.ts'
import { mailReset, RESET_TOKEN_MS } from '../timers/mail-reset.ts'
import { originKey } from './audit-entry.ts'

/**
 * Mails for one account within the time in which their tokens are good. Beyond, no more is sent: the owner has one that works, so a stranger
 * who asks again and again keeps nobody out, and fills no mailbox.
 */
const MAILS_MAX = 3

/**
 * Mails a token for a new password. Addresses with and without an account take the same path, with the same writes; the mail is written and
 * sent by a timer, so its time shows to nobody.
 */
export const requestReset = operation('requestReset', async (input, context) => {
  const { transaction, now, id, resources, origin } = context
  const address = parseEmail(input.email)
  const key = resources.keyed.of('mails', address.key)
  return transaction(async (tx) => {
    const account = await tx.accounts.byEmail(address)
    const asked = counted(await tx.attempts.byKey(key), now())
    await tx.attempts.save(key, asked)
    const userId = account && maySignIn(account.status) && asked.failures <= MAILS_MAX ? account.id : null
    const data = { userId, requestedAt: now(), originKey: origin === undefined ? null : originKey(context) }
    await tx.schedule(mailReset, { id: `mail-reset:${id()}`, at: now(), data })
    return {}
  })
})

/** Counts within windows of the life of a token. */
function counted(before: FailedAttempts | undefined, now: number): FailedAttempts {
  if (before === undefined || before.forgetAt <= now) return { failures: 1, lastAt: now, lockedUntil: 0, forgetAt: now + RESET_TOKEN_MS }
  return { ...before, failures: before.failures + 1, lastAt: now }
}
