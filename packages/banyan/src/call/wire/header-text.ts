/** What a header carries as it is: visible ASCII, with spaces inside, and no quote at its beginning. */
const PLAIN = /^[\x21\x23-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/

/** Writes any text as a header's value: as it is where every proxy hands it on unchanged, else as a JSON text in ASCII. */
export function headerText(text: string): string {
  if (PLAIN.test(text)) return text
  return JSON.stringify(text).replaceAll(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** Reads what {@link headerText} wrote; undefined for what it never writes. */
export function parseHeaderText(value: string): string | undefined {
  if (!value.startsWith('"')) return value
  try {
    const text: unknown = JSON.parse(value)
    return typeof text === 'string' ? text : undefined
  } catch {
    return undefined
  }
}
