import type { TimerDefinition } from 'banyan'
import { timer } from '../define.ts'
import { maySignIn } from '../domain/user-status.ts'
import { resetMail } from '../mail/reset-mail.ts'
import { auditEntry } from '../operations/audit-entry.ts'
import { tokenHash } from '../security/secret-token.ts'

/** How long the token of a mail is good: time to find the mail, and little for whoever finds it later. */
export const RESET_TOKEN_MS = 30 * 60_000

/** Who asked for a new password. */
export interface ResetRequest {
  /** Null where no mail is to be sent; see `operations/request-reset.ts`. */
  readonly userId: string | null
  /** Epoch milliseconds. */
  readonly requestedAt: number
  readonly originKey: string | null
}

/**
 * Mails a token that sets a new password. The token is made here and stored as a hash before the mail leaves, so it stands in the mail only.
 * An attempt after a failed one makes another; one that comes too late for its token is given up.
 */
export const mailReset: TimerDefinition<ResetRequest> = timer(
  'mail-reset',
  async ({ userId, requestedAt, originKey }: ResetRequest, context) => {
    const { read, checkpoint, transaction, resources, now } = context
    if (userId === null || now() - requestedAt > RESET_TOKEN_MS) return
    const account = await read((tx) => tx.accounts.byId(userId))
    if (!account || !maySignIn(account.status)) return
    const token = resources.newSecret()
    await checkpoint((tx) => tx.resets.insert({ tokenHash: tokenHash(token), userId, expiresAt: now() + RESET_TOKEN_MS }))
    const mail = resetMail({ to: account.email, token, minutes: RESET_TOKEN_MS / 60_000, page: resources.resetPage })
    await resources.mailer.send(mail)
    await transaction((tx) => tx.audit.add({ ...auditEntry(context, { action: 'password_reset_mailed', userId }), originKey }))
  },
)
