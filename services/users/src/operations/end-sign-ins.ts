import { TOKENS_ENDED } from '../contract.ts'
import type { UsersTransaction } from '../define.ts'
import type { RevocationReason } from '../store/session-records.ts'

/**
 * Ends all sessions of a user, and all access tokens that were issued until now: the gateway refuses them as soon as this is committed.
 * Sign-ins and this read and write the user's sessions, so one of two at once sees the other; what it sees it ends, whatever the clocks say.
 */
export async function endSignIns(tx: UsersTransaction, userId: string, reason: RevocationReason, now: number): Promise<void> {
  const at = Math.max(now, await tx.sessions.newestAt(userId))
  await tx.sessions.revokeUser(userId, reason, now)
  await tx.tokens.end(userId, at)
  tx.emit('user.signed_out', { userId, at })
  tx.notify(TOKENS_ENDED)
}
