import { BanyanError } from 'banyan'
import { EMAIL_LENGTH_MAX, EMAIL_LOCAL_LENGTH_MAX, EMAIL_MEANING, schemaCheck, Text } from 'banyan/contract'
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

/** What no address has: blanks, controls, what is invisible or turns the direction of writing, what is not assigned. */
const NEVER = /[\s\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]/u
/** One @, something before it, and at least one dot with something on both sides after it. */
const SHAPE = /^([^@]+)@([^@.]+(?:\.[^@.]+)+)$/u
/** Labels of letters, digits and inner hyphens; the last one begins with a letter, or it would be an IP address. */
const ASCII_DOMAIN = /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z](?:[a-z0-9-]*[a-z0-9])?$/

/** How an address is written; the contract's own rule, for what compatibility characters hid from it as well. */
const written = schemaCheck(Text.email())

/**
 * Reads an address that somebody is to have from now on; undefined when it is none. Compatibility characters are replaced first, since they may
 * hide an @ or a blank. Dots and `+tags` before the @ stay: whether they make a difference is for the mailbox's server to say.
 */
export function readEmail(text: string): EmailAddress | undefined {
  const address = readStored(text)
  if (address === undefined || !written.fits(address.shown) || !written.fits(address.key)) return undefined
  return isShort(address.shown) && isShort(address.key) ? address : undefined
}

/** Says whether an address keeps the bounds of mail servers, which count bytes. */
function isShort(address: string): boolean {
  const isShortLocal = Buffer.byteLength(address.slice(0, address.indexOf('@'))) <= EMAIL_LOCAL_LENGTH_MAX
  return isShortLocal && Buffer.byteLength(address) <= EMAIL_LENGTH_MAX
}

/** Reads an address of a caller; throws `invalid_argument` when it is none. */
export function parseEmail(text: string): EmailAddress {
  const address = readEmail(text)
  if (address !== undefined) return address
  throw new BanyanError('invalid_argument', `/email ${EMAIL_EXPECTED}`, { fields: [{ path: '/email', expected: EMAIL_EXPECTED }] })
}

/** What an address must be, for whoever gave another. */
export const EMAIL_EXPECTED = `${EMAIL_MEANING}; at most ${EMAIL_LOCAL_LENGTH_MAX} bytes before the @ and ${EMAIL_LENGTH_MAX} in all`

/**
 * Reads what somebody shows to sign in, and what is stored. What is no address by the rules of today may belong to an account that was made
 * before: it is found by the key that it was stored with. What never was one belongs to no account, but is counted like one.
 */
export function emailShown(text: string): EmailAddress {
  const former = formerSpelling(text)
  return readStored(text) ?? { shown: former, key: `?${former}`, former }
}

/** Reads an address by the rules that all accounts keep, the oldest ones too; undefined when it never was one. */
export function readStored(text: string): EmailAddress | undefined {
  const plain = text.trim().normalize('NFKC')
  if (plain.length > EMAIL_LENGTH_MAX || NEVER.test(plain) || !plain.isWellFormed()) return undefined
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

function formerSpelling(text: string): string {
  return text.trim().normalize('NFC').toLowerCase()
}
