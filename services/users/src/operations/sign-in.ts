import type { SignedIn } from '../contract.ts'
import type { UsersContext, UsersTransaction } from '../define.ts'
import type { SigningKey } from '../security/signing-key.ts'
import type { Account } from '../store/account-records.ts'
import { rememberDevice } from './known-device.ts'
import { currentKey, newSession } from './session.ts'

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
  await rememberDevice(tx, context, { userId: account.id, deviceToken: parts.deviceToken, seenAt: createdAt })
  return { ...answer, deviceToken: parts.deviceToken }
}
