import type { TimerDefinition } from 'banyan'
import { timer } from '../define.ts'
import { mayMail, type ResetAsker } from '../domain/reset-quota.ts'
import { maySignIn } from '../domain/user-status.ts'
import { resetMail } from '../mail/reset-mail.ts'
import { auditEntry } from '../operations/audit-entry.ts'
import { tokenHash } from '../security/secret-token.ts'

/** How long the token of a mail is good: time to find the mail, and little for whoever finds it later. */
export const RESET_TOKEN_MS = 30 * 60_000

/** Who asked for a new password; a request of an older release says less. */
export interface ResetRequest extends Partial<ResetAsker> {
  /** Null for an address that has no account, or none that may sign in. */
  readonly userId: string | null
  /** Epoch milliseconds. */
  readonly requestedAt: number
  readonly originKey: string | null
}

/**
 * Mails a token that sets a new password, unless those who asked before have used up what they may. The token is made here and stored as a
 * hash before the mail leaves, so it stands in the mail only. A mail that was not taken does not count: its token is forgotten, and the next
 * attempt makes another. One that comes too late for its token is given up.
 */
export const mailReset: TimerDefinition<ResetRequest> = timer('mail-reset', async (request: ResetRequest, context) => {
  const { userId, requestedAt, originKey, requestId = '', askedBy = '', isStranger = true } = request
  const { checkpoint, transaction, resources, now } = context
  if (userId === null || now() - requestedAt > RESET_TOKEN_MS) return
  const token = resources.newSecret()
  const record = { tokenHash: tokenHash(token), userId, expiresAt: now() + RESET_TOKEN_MS, requestId, askedBy, isStranger }
  const account = await checkpoint(async (tx) => {
    const asker = await tx.accounts.byId(userId) // with the token: an account that is erased at the same time is left without one
    if (!asker || !maySignIn(asker.status)) return undefined
    if (!mayMail(await tx.resets.pending(userId, now()), record, resources.limits)) return undefined
    await tx.resets.insert(record)
    return asker
  })
  if (!account) return
  try {
    await resources.mailer.send(resetMail({ to: account.email, token, minutes: RESET_TOKEN_MS / 60_000, page: resources.resetPage }))
  } catch (error) {
    await checkpoint((tx) => tx.resets.forget(record.tokenHash))
    throw error
  }
  await transaction((tx) => tx.audit.add({ ...auditEntry(context, { action: 'password_reset_mailed', userId }), originKey }))
})
