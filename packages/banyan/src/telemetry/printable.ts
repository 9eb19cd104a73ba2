/**
 * What must not reach a terminal as it is: control characters (among them escape sequences), line and paragraph separators, formatting
 * characters (among them those that turn the direction of text), everything that shows as nothing, and halves of surrogate pairs.
 */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu
const ANY_UNPRINTABLE = new RegExp(UNPRINTABLE.source, 'u')

/** Short forms that JSON knows too, so that an escaped line of JSON stays the same JSON. */
const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/**
 * Writes a text from elsewhere (an id, a reason, an error's message) so that it stays on its line and shows all that is in it:
 * line breaks become `\n`, other characters that a terminal obeys or hides `\u001b`. The forms are those of JSON.
 */
export function oneLine(text: string): string {
  return ANY_UNPRINTABLE.test(text) ? text.replaceAll(UNPRINTABLE, escaped) : text
}

/** The same for a text whose line breaks are meant, e.g. a table whose cells went through {@link oneLine}. */
export function printable(text: string): string {
  return ANY_UNPRINTABLE.test(text)
    ? text.replaceAll(UNPRINTABLE, (character) => (character === '\n' ? character : escaped(character)))
    : text
}

function escaped(character: string): string {
  const short = SHORT[character]
  if (short !== undefined) return short
  // By units, not by characters: beyond U+FFFF JSON writes a pair.
  return Array.from({ length: character.length }, (_, unit) => `\\u${character.charCodeAt(unit).toString(16).padStart(4, '0')}`).join('')
}
