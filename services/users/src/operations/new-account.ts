import type { User } from '../contract.ts'
import type { EmailAddress } from '../email/email-address.ts'
import type { Account } from '../store/account-records.ts'

/** What an account is made of. */
export interface NewAccount {
  readonly id: string
  readonly email: EmailAddress
  readonly name: string
  readonly phone?: string | undefined
  readonly locale?: string | undefined
  readonly marketingConsent?: boolean | undefined
  readonly roles: User['roles']
  /** Epoch milliseconds. */
  readonly now: number
}

/** Returns a new account. It is active at once: nothing waits for a confirmed email yet. */
export function newAccount({ id, email, name, phone, locale, marketingConsent = false, roles, now }: NewAccount): Account {
  return {
    id,
    email: email.shown,
    emailKey: email.key,
    name,
    roles,
    marketingConsent,
    status: 'active',
    version: 1,
    tokensValidAfter: 0,
    emailVerifiedAt: null,
    phone: phone ?? null,
    locale: locale ?? null,
    consentAt: marketingConsent ? now : null,
    createdAt: now,
    updatedAt: now,
  }
}
