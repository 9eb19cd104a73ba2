import { BanyanError } from 'banyan'
import { mailboxOf } from 'banyan/kernel'

/** An email address: how it is shown, and the one spelling that stands for its mailbox. */
export interface EmailAddress {
  /** As its owner writes it, but in lower case and without compatibility characters. Mails go there. */
  readonly shown: string
  /** The same for all spellings of one mailbox: compatibility characters, case and the script of the domain make no difference. */
  readonly key: string
  /** As accounts were stored before spellings were compared. */
  readonly former: string
}

/** Longest address that mail servers take (RFC 5321). */
const LENGTH_MAX = 254
/** What no address has: blanks, controls, what is invisible or turns the direction of writing, what is not assigned. */
const NEVER = /[\s\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]/u
/** One @, something before it, and at least one dot with something on both sides after it. */
const SHAPE = /^([^@]+)@([^@.]+(?:\.[^@.]+)+)$/u
/** Labels of letters, digits and inner hyphens; the last one begins with a letter, or it would be an IP address. */
const ASCII_DOMAIN = /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z](?:[a-z0-9-]*[a-z0-9])?$/

/**
 * Reads an address; undefined when it is none. Compatibility characters are replaced first, since they may hide an @ or a blank. Dots and
 * `+tags` before the @ stay: whether they make a difference is for the mailbox's server to say.
 */
export function readEmail(text: string): EmailAddress | undefined {
  const plain = text.trim().normalize('NFKC')
  if (plain.length > LENGTH_MAX || NEVER.test(plain) || !plain.isWellFormed()) return undefined
  const [, local, domain] = SHAPE.exec(plain) ?? []
  if (local === undefined || domain === undefined) return undefined
  const mailbox = mailboxOf(local, domain)
  if (!ASCII_DOMAIN.test(mailbox.domain)) return undefined
  return {
    shown: plain.toLowerCase().normalize('NFKC'),
    key: `${mailbox.local}@${mailbox.domain}`,
    former: formerSpelling(text),
  }
}

/** Reads an address of a caller; throws `invalid_argument` when it is none. */
export function parseEmail(text: string): EmailAddress {
  const address = readEmail(text)
  if (address !== undefined) return address
  const expected = 'must be an email address, e.g. "ann@example.org": one @, a domain, no blanks or invisible characters'
  throw new BanyanError('invalid_argument', `/email ${expected}`, { fields: [{ path: '/email', expected }] })
}

/**
 * Reads what somebody shows to sign in. What is no address belongs to no account by the rules of today, but an account may have been made with
 * it before; it is counted like one.
 */
export function emailShown(text: string): EmailAddress {
  const former = formerSpelling(text)
  return readEmail(text) ?? { shown: former, key: `?${former}`, former }
}

function formerSpelling(text: string): string {
  return text.trim().normalize('NFC').toLowerCase()
}
