import type { Sql, SqlReader } from 'banyan'
import { filledTo, placeholders } from './placeholders.ts'

/** Words of one statement. Always as many, so that a store keeps two statements and not two for each number of words. */
const WORDS_AT_ONCE = 16
/** Sorts behind every word, because no word has it. */
const LAST_CHARACTER = '\u{10FFFF}'

/** Condition on `word`, for the values of {@link prefixRange}. */
export const STARTS_SO = 'word >= ? AND word < ?'

/** Which words to look for. */
export type WordMatch = { readonly word: string } | { readonly prefix: string }

/** Returns between which words those lie that begin with `prefix`. */
export function prefixRange(prefix: string): readonly [string, string] {
  return [prefix, prefix + LAST_CHARACTER]
}

/** Returns words as one text, for products that are read anyway: a word begins with `prefix` where {@link likePrefix} fits. */
export function wordsText(words: readonly string[]): string {
  return ` ${words.join(' ')} `
}

/** Returns the words of {@link wordsText}; none of a text of another form, as versions write it that do not know the index. */
export function wordsOfText(text: string): readonly string[] {
  const words = text.split(' ').filter(Boolean)
  return wordsText(words) === text ? words : []
}

/** Returns a pattern for LIKE. A word has letters and digits only, so there is nothing to escape. */
export function likePrefix(prefix: string): string {
  return `% ${prefix}%`
}

/** Makes a product be found by the words of `after`, and no longer by those of `before` that are gone. */
export async function replaceWords(sql: Sql, productId: string, before: readonly string[], after: readonly string[]): Promise<void> {
  const [old, kept] = [new Set(before), new Set(after)]
  for (const words of groups(before.filter((word) => !kept.has(word))))
    await sql.run(`DELETE FROM product_word WHERE product_id = ? AND word IN (${placeholders(WORDS_AT_ONCE)})`, productId, ...words)
  const rows = Array.from({ length: WORDS_AT_ONCE }, () => '(?, ?)').join(', ')
  for (const words of groups(after.filter((word) => !old.has(word))))
    await sql.run(
      `INSERT INTO product_word (word, product_id) VALUES ${rows} ON CONFLICT (word, product_id) DO NOTHING`,
      ...words.flatMap((word) => [word, productId]),
    )
}

/** Returns which of some prefixes the fewest words of products begin with, and how many; it counts no further than `max`. */
export async function rarestPrefix(sql: SqlReader, prefixes: readonly string[], max: number): Promise<{ prefix: string; found: number }> {
  let rarest = { prefix: prefixes[0] ?? '', found: max }
  for (const prefix of prefixes) {
    const query = `SELECT COUNT(*) AS found FROM (SELECT 1 FROM product_word WHERE ${STARTS_SO} LIMIT ?) AS few`
    const found = (await sql.get<{ found: number }>(query, ...prefixRange(prefix), rarest.found))?.found ?? 0
    if (found < rarest.found) rarest = { prefix, found }
  }
  return rarest
}

/** Returns the word that begins with `prefix` where there is but one in all products; undefined where there are none or several. */
export async function soleWord(sql: SqlReader, prefix: string): Promise<string | undefined> {
  const query = `SELECT word FROM product_word WHERE ${STARTS_SO} ORDER BY word`
  const found = await sql.get<{ first: string | null; last: string | null }>(
    `SELECT (${query} LIMIT 1) AS first, (${query} DESC LIMIT 1) AS last`,
    ...prefixRange(prefix),
    ...prefixRange(prefix),
  )
  return found?.first === found?.last ? (found?.first ?? undefined) : undefined
}

/**
 * Ids of products with such a word, newest first, from the one below `below` on; the same may come several times in a row. With one word
 * the index has them in this order; with a prefix all that have such words are sorted.
 */
export async function newestIds(sql: SqlReader, match: WordMatch, below: string | undefined, limit: number): Promise<readonly string[]> {
  const isWord = 'word' in match
  const rows = await sql.all<{ id: string }>(
    `SELECT product_id AS id FROM product_word WHERE ${isWord ? 'word = ?' : STARTS_SO}${below === undefined ? '' : ' AND product_id < ?'}
     ORDER BY product_id DESC LIMIT ?`,
    ...(isWord ? [match.word] : prefixRange(match.prefix)),
    ...(below === undefined ? [] : [below]),
    limit,
  )
  return rows.map(({ id }) => id)
}

function groups(words: readonly string[]): readonly (readonly string[])[] {
  return Array.from({ length: Math.ceil(words.length / WORDS_AT_ONCE) }, (_, index) =>
    filledTo(WORDS_AT_ONCE, words.slice(index * WORDS_AT_ONCE, (index + 1) * WORDS_AT_ONCE)),
  )
}
