/** One part of a key: a text, or a finite number. */
export type KeyPart = string | number

/**
 * Where a document stands in its collection, or in one of its indexes. Keys are compared part by part, on every engine alike: numbers by value and
 * before texts, texts by their code points, and a key before those that go on where it ends.
 */
export type Key = readonly KeyPart[]

/** A place between keys: before all that begin with some parts, or behind them all. */
export interface Cut {
  readonly parts: Key
  readonly side: 'before' | 'behind'
}

/** Orders two keys: negative when `a` comes first, 0 when they are equal. */
export function compareKeys(a: Key, b: Key): number {
  const length = Math.min(a.length, b.length)
  for (let index = 0; index < length; index++) {
    const order = compareParts(a[index] as KeyPart, b[index] as KeyPart)
    if (order !== 0) return order
  }
  return a.length - b.length
}

/** Tells on which side of a cut a key stands: negative before it, positive behind it, never 0. */
export function compareToCut(key: Key, { parts, side }: Cut): number {
  const length = Math.min(key.length, parts.length)
  for (let index = 0; index < length; index++) {
    const order = compareParts(key[index] as KeyPart, parts[index] as KeyPart)
    if (order !== 0) return order
  }
  if (key.length < parts.length) return -1
  return side === 'before' ? 1 : -1
}

function compareParts(a: KeyPart, b: KeyPart): number {
  if (a === b) return 0
  if (typeof a === 'number') return typeof b === 'number' ? a - b : -1
  return typeof b === 'number' ? 1 : compareTexts(a, b)
}

/** By code points, as databases do: units of UTF-16 would put what lies beyond U+FFFF before U+E000. */
function compareTexts(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let index = 0; index < length; index++) {
    const [first, second] = [a.charCodeAt(index), b.charCodeAt(index)]
    if (first !== second) return rank(first) - rank(second)
  }
  return a.length - b.length
}

/** Halves of surrogate pairs stand for what comes behind all single units. */
function rank(unit: number): number {
  return unit >= 0xd8_00 && unit < 0xe0_00 ? unit + 0x1_00_00 : unit
}
