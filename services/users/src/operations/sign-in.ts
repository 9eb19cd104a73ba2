import type { SignedIn } from '../contract.ts'
import type { UsersContext } from '../define.ts'
import { tokenHash } from '../security/secret-token.ts'
import type { SigningKey } from '../security/signing-key.ts'
import type { Account } from '../store/account-records.ts'
import { originKey } from './audit-entry.ts'
import type { UsersTransaction } from './end-sign-ins.ts'
import { currentKey, newSession } from './session.ts'

/** How long a device is known after its last sign-in. */
export const DEVICE_MS = 180 * 24 * 60 * 60_000

/** What a sign-in needs that is made before its transaction. */
export interface SignInParts {
  readonly key: SigningKey
  readonly refreshToken: string
  readonly deviceToken: string
}

/** Makes the parts of a sign-in. A device that is known keeps its token. */
export async function signInParts(context: UsersContext, knownDeviceToken?: string): Promise<SignInParts> {
  const { resources } = context
  const key = await currentKey(context)
  return { key, refreshToken: resources.newSecret(), deviceToken: knownDeviceToken ?? resources.newSecret() }
}

/** Opens a session of an account that the same transaction has read, and makes the device known. */
export async function signIn(tx: UsersTransaction, context: UsersContext, account: Account, parts: SignInParts): Promise<SignedIn> {
  const { record, answer } = newSession(context, { account, key: parts.key, refreshToken: parts.refreshToken })
  const { createdAt } = record
  await tx.sessions.deleteExpired(account.id, createdAt)
  await tx.sessions.insert(record)
  await tx.devices.remember({
    tokenHash: tokenHash(parts.deviceToken),
    userId: account.id,
    originKey: originKey(context),
    seenAt: createdAt,
    expiresAt: createdAt + DEVICE_MS,
  })
  return { ...answer, deviceToken: parts.deviceToken }
}
