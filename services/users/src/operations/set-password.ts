import type { UsersContext, UsersTransaction } from '../define.ts'
import type { PasswordHash } from '../security/password-hash.ts'
import type { Account } from '../store/account-records.ts'
import { auditEntry } from './audit-entry.ts'
import { endSignIns } from './end-sign-ins.ts'
import { addressOf, changesOf, deviceOf, strangersOf } from './guard.ts'

/** A new password, and who sets it. */
export interface NewPassword {
  readonly account: Account
  readonly hash: PasswordHash
  readonly action: 'password_changed' | 'password_reset'
  /** Of a device that the account knows; undefined for any other. */
  readonly deviceToken: string | undefined
}

/**
 * Stores a new password and ends all that the old one was good for: sessions, tokens, mails, devices that are known, and what was counted
 * against the old one. The caller makes the device known that set it, or strangers could lock the owner out from then on.
 */
export async function setPassword(tx: UsersTransaction, context: UsersContext, password: NewPassword): Promise<void> {
  const { account, hash, action } = password
  const now = context.now()
  await forgetCounters(tx, context, password)
  await tx.credentials.save(account.id, hash, now)
  await tx.resets.forgetAll(account.id)
  await tx.devices.forgetAll(account.id)
  await endSignIns(tx, account.id, 'password', now)
  await tx.audit.add(auditEntry(context, { action, userId: account.id }))
}

/** Forgets the failures of strangers, of changes, and of the address and the device from which the password is set: all were about the old one. */
async function forgetCounters(tx: UsersTransaction, context: UsersContext, { account, deviceToken }: NewPassword): Promise<void> {
  const counters = [addressOf(context, account.emailKey), strangersOf(context, account.emailKey), changesOf(context, account.id)]
  if (deviceToken !== undefined) counters.push(deviceOf(context, deviceToken))
  for (const { key } of counters) await tx.attempts.clear(key)
}
