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
    emailVerifiedAt: account.emailVerifiedAt === null ? null : isoTime(account.emailVerifiedAt),
    createdAt: isoTime(account.createdAt),
    updatedAt: isoTime(account.updatedAt),
  }
}

/** Returns a moment as it stands in answers and events. */
export function isoTime(epochMs: number): string {
  return new Date(epochMs).toISOString()
}
