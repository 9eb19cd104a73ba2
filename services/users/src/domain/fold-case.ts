/**
 * Returns a text in which letters that differ in case only are the same (Unicode's full case folding, nearly): `Straße`, `STRASSE` and
 * `straße` become one. Letter by letter, because the lower case of a word's last sigma is another one. A dotless i stays apart: it is a letter
 * of its own, and `ı` for `i` is a way to pass for somebody else.
 */
export function foldCase(text: string): string {
  return Array.from(text, (letter) => (letter === 'ı' ? letter : letter.toLowerCase().toUpperCase().toLowerCase())).join('')
}

/** Accents and other marks of Latin, Greek and Cyrillic letters. In other scripts marks are what makes a letter. */
const ACCENTS = /[\u0300-\u036f]/g

/** Returns the form in which names are searched: without case, accents and compatibility spellings, so that `ozil` finds `Özil`. */
export function searchForm(text: string): string {
  return foldCase(text.normalize('NFKD').replaceAll(ACCENTS, '')).normalize('NFKD').replaceAll(ACCENTS, '')
}
