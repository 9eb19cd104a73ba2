import { toTimestamp, toTimestampOrNull } from 'banyan'
import type { User } from '../contract.ts'
import type { Account } from '../store/account-records.ts'

/** Returns an account as its owner and staff see it. */
export function toUser(account: Account): User {
  const { id, email, name, phone, locale, status, roles, marketingConsent, version } = account
  return {
    id,
    email,
    name,
    phone,
    locale,
    status,
    roles,
    marketingConsent,
    version,
    emailVerifiedAt: toTimestampOrNull(account.emailVerifiedAt),
    createdAt: toTimestamp(account.createdAt),
    updatedAt: toTimestamp(account.updatedAt),
  }
}
