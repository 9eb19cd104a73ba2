/** Words of a product that can be found at most; of a longer text those that come first. */
export const PRODUCT_WORDS_MAX = 256
/** Words of a search that count. */
export const QUERY_WORDS_MAX = 6
/** Characters of a word that count; what is longer is found by its beginning. */
const WORD_LENGTH_MAX = 40

const WITHOUT_SPACES = String.raw`\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}`
/** A letter of a script that does not part its words, with its signs; or letters, signs and digits up to anything else. */
const WORD = new RegExp(String.raw`[[${WITHOUT_SPACES}]--\p{M}]\p{M}*|[[\p{L}\p{M}\p{N}]--[${WITHOUT_SPACES}]]+`, 'gv')
/** The beginning of a word that is longer; the flag counts characters, so that none is cut in two. */
const LONG_WORD = new RegExp(`^.{${WORD_LENGTH_MAX}}`, 'u')
/** Accents as Unicode parts them from Latin, Greek and Cyrillic letters; signs of other scripts are more than an accent. */
const ACCENTS = /[\u0300-\u036F]/g

/** What a product is found by. */
export interface Searchable {
  readonly title: string
  readonly brand: string | null
  readonly description: string
  readonly variants: readonly { readonly sku: string; readonly title: string }[]
}

/**
 * Returns the words of a text, each once, in the order they come: in lower case, without accents, parted by whatever is neither letter nor
 * digit. Scripts without spaces are parted into letters.
 */
export function wordsOf(text: string, wordsMax: number): readonly string[] {
  const words = new Set<string>()
  for (const [word] of folded(text).matchAll(WORD)) {
    if (words.size >= wordsMax) break
    words.add(LONG_WORD.exec(word)?.[0] ?? word)
  }
  return [...words]
}

/** Returns the words a product is found by; the description comes last, because it is what may be too long. */
export function productWords({ title, brand, description, variants }: Searchable): readonly string[] {
  const parts = [title, brand ?? '', ...variants.flatMap((variant) => [variant.sku, variant.title]), description]
  return wordsOf(parts.join(' '), PRODUCT_WORDS_MAX)
}

/** Returns the beginnings of words that a search asks for; undefined when it asks for nothing, none when it has no letter and no digit. */
export function queryWords(query: string): readonly string[] | undefined {
  return query.trim() === '' ? undefined : wordsOf(query, QUERY_WORDS_MAX)
}

function folded(text: string): string {
  return text.toLowerCase().normalize('NFKD').replaceAll(ACCENTS, '').normalize('NFC').toLowerCase()
}
