/** Returns the word that was probably meant by a wrong one: the same but for case, one letter, or two that changed places; undefined for none. */
export function nearest(wrong: string, words: readonly string[]): string | undefined {
  return words.find((word) => isMisspelt(wrong, word))
}

/**
 * Returns the word that is nearest to a wrong one: that takes the fewest letters put in, left out or changed, without regard to case; undefined
 * where none takes a third of its letters or fewer. For names of several words, where {@link nearest} would miss one that lacks a whole word.
 */
export function closest(wrong: string, words: readonly string[]): string | undefined {
  let found: { readonly word: string; readonly edits: number } | undefined
  for (const word of words) {
    const edits = editsBetween(wrong.toLowerCase(), word.toLowerCase())
    if (edits * 3 <= word.length && edits < (found?.edits ?? Infinity)) found = { word, edits }
  }
  return found?.word
}

/** Counts the letters that must be put in, left out or changed to make one word of another (Levenshtein), row by row. */
function editsBetween(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (let at = 0; at < one.length; at++) {
    const next = [at + 1]
    for (let to = 0; to < other.length; to++) {
      const changed = (row[to] ?? 0) + (one[at] === other[to] ? 0 : 1)
      next.push(Math.min(changed, (row[to + 1] ?? 0) + 1, (next[to] ?? 0) + 1))
    }
    row = next
  }
  return row.at(-1) ?? 0
}

/** Tells whether two words differ by one letter that is missing, too much or another, by two that changed places, or by case. */
function isMisspelt(given: string, meant: string): boolean {
  const [one, other] = [given.toLowerCase(), meant.toLowerCase()]
  if (one === other) return true
  if (Math.abs(one.length - other.length) > 1) return false
  let start = 0
  while (start < one.length && one[start] === other[start]) start++
  const [rest, otherRest] = [one.slice(start), other.slice(start)]
  const isSwap = rest[0] === otherRest[1] && rest[1] === otherRest[0] && rest.slice(2) === otherRest.slice(2)
  return isSwap || rest.slice(1) === otherRest.slice(1) || rest.slice(1) === otherRest || rest === otherRest.slice(1)
}
