// Owns: how a mail address is written: a dot-atom of RFC 5322 before the @, with the letters of RFC 6531.

/** Shortest address: a letter on each side of the @. */
export const EMAIL_LENGTH_MIN = 3
/** Longest path that SMTP carries, without its angle brackets (RFC 5321), in bytes of UTF-8; no more code points than that. */
export const EMAIL_LENGTH_MAX = 254
/** Longest part before the @ (RFC 5321), in bytes of UTF-8. */
export const EMAIL_LOCAL_LENGTH_MAX = 64

/** What an address has between quotes only, which nobody has and few servers take; blanks in all their kinds among it. */
const SPECIALS = String.raw`\s\u2800"(),:;<>@\[\]\\`

/** What to do about an address that does not fit, for callers. */
export const EMAIL_MEANING =
  "must be a mail address such as ada@example.org: before the @ letters, digits, any of ! # $ % & ' * + - / = ? ^ _ ` { | } ~ and single dots between them; one @; a domain with a dot; no quotes, brackets, commas, blanks or invisible characters"

/**
 * Returns the pattern of a mail address; `unseen` is a class of what no text for people has. The part before the @ is made of atoms with single
 * dots between them, each with something that a mark can sit on first.
 */
export function emailPattern(unseen: string): string {
  const atom = String.raw`[^.\p{M}${SPECIALS}${unseen}][^.${SPECIALS}${unseen}]*`
  const label = String.raw`[^.${SPECIALS}${unseen}]+`
  return String.raw`^${atom}(?:\.${atom})*@${label}(?:\.${label})+$`
}
