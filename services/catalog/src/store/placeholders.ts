/** Returns `?, ?, …` for an IN list. Callers bound its length. */
export function placeholders(count: number): string {
  return Array.from({ length: count }, () => '?').join(', ')
}

/** Numbers of values that an IN list has. */
const SIZES = [1, 32, 128, 512]

/**
 * Returns values for an IN list, of which there is at least one, so that a store keeps a few statements and not one for each number of values:
 * filled up to the next of a few sizes. Beyond the largest there are as many as they are.
 */
export function filledUp<T>(values: readonly T[]): readonly T[] {
  return filledTo(SIZES.find((size) => size >= values.length) ?? values.length, values)
}

/** Returns values filled up to a number with the first of them: what is in a list twice is looked for, inserted or deleted once. */
export function filledTo<T>(size: number, values: readonly T[]): readonly T[] {
  return [...values, ...Array.from({ length: size - values.length }, () => values[0] as T)]
}
