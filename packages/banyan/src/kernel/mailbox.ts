import { domainToASCII } from 'node:url'

// Owns: which spellings are one. Whoever counts by an address and whoever has accounts by it ask here, so that they mean the same.

/**
 * Returns a text in which letters that differ in case only are the same (Unicode's full case folding, nearly): `Straße`, `STRASSE` and
 * `straße` become one. Letter by letter, because the lower case of a word's last sigma is another one. A dotless i stays apart: it is a letter
 * of its own, and `ı` for `i` is a way to pass for somebody else.
 */
export function foldCase(text: string): string {
  return Array.from(text, (letter) => (letter === 'ı' ? letter : letter.toLowerCase().toUpperCase().toLowerCase())).join('')
}

/** A mail address in the one spelling of its mailbox. */
export interface Mailbox {
  /** What stands before the @, without case and compatibility characters. */
  readonly local: string
  /** The domain as ASCII; empty for what is no domain. */
  readonly domain: string
}

/** Returns the one spelling of a mailbox: compatibility characters, case and the script of the domain make no difference. Checks nothing. */
export function mailboxOf(local: string, domain: string): Mailbox {
  return { local: localOf(local), domain: domainOf(domain) }
}

/** Returns the one spelling of what stands before the @; see {@link mailboxOf}. */
export function localOf(text: string): string {
  return foldCase(text.normalize('NFKC')).normalize('NFKC')
}

/** Returns the one spelling of a domain as ASCII; empty for what is no domain. See {@link mailboxOf}. */
export function domainOf(text: string): string {
  return domainToASCII(text.normalize('NFKC')).toLowerCase()
}
