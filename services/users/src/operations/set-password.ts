import type { UsersContext } from '../define.ts'
import type { PasswordHash } from '../security/password-hash.ts'
import { auditEntry } from './audit-entry.ts'
import { endSignIns, type UsersTransaction } from './end-sign-ins.ts'

/** Stores a new password and ends all that the old one was good for: sessions, tokens, mails under way, devices that are known. */
export async function setPassword(
  tx: UsersTransaction,
  context: UsersContext,
  {
    userId,
    hash,
    action,
  }: { readonly userId: string; readonly hash: PasswordHash; readonly action: 'password_changed' | 'password_reset' },
): Promise<void> {
  const now = context.now()
  await tx.credentials.save(userId, hash, now)
  await tx.resets.forgetAll(userId)
  await tx.devices.forgetAll(userId)
  await endSignIns(tx, userId, 'password', now)
  await tx.audit.add(auditEntry(context, { action, userId }))
}
