/** Returns the word that was probably meant by a wrong one: the same but for case, one letter, or two that changed places; undefined for none. */
export function nearest(wrong: string, words: readonly string[]): string | undefined {
  return words.find((word) => isMisspelt(wrong, word))
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
