import { BanyanError } from './error.ts'

/** Tells whether every store keeps a text as it is: PostgreSQL takes no NUL, and UTF-8 has no halves of surrogate pairs. */
export function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed()
}

/**
 * Throws `misuse` for a text among the values of a statement that not every store keeps, so that a service meets the same refusal on each of
 * them, in the statement that is wrong. The value itself is not repeated: it may be a secret.
 */
export function assertStorable(values: readonly unknown[], query: string): void {
  for (let index = 0; index < values.length; index++) {
    const value = values[index]
    if (typeof value === 'string' && !isStorable(value)) throw unstorable(`value ${index + 1} of the statement`, value, query)
  }
}

/** Returns a text that every store keeps, with a replacement character for each part that they would not: for reports, whose words may be anybody's. */
export function storableText(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\ufffd')
}

/** The error for a text that not every store keeps; `what` names it. */
export function unstorable(what: string, text: string, query?: string): BanyanError {
  const fault = text.includes('\0') ? 'the character NUL' : 'half a surrogate pair'
  const where = query === undefined ? '' : ` in: ${query.replace(/\s+/g, ' ').trim().slice(0, 200)}`
  return new BanyanError(
    'misuse',
    `${what} holds ${fault}, which no store can keep; bound the text in the contract, e.g. with Text.line${where}`,
  )
}
