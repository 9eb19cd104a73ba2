import { misuse } from './error.ts'
import { nearest } from './nearest.ts'

// Owns: how a value of the wrong form is told from a right one, and shown, wherever something is declared or configured.

/** An object by name, of whose parts nothing is known yet. */
export type Loose = Readonly<Record<string, unknown>>

/** Longest value that is shown. */
const SHOWN_LENGTH_MAX = 80

/** Tells whether a value is an object by name: no list, no text, no null. */
export function isRecord(value: unknown): value is Loose {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * Returns the names of all parts of `T`, as the compiler knows them: a part that is missing here, or that the type does not have, does not compile.
 * @example const OPTIONS = partsOf<DefineOptions>({ uses: true, listens: true, store: true, resources: true })
 */
export function partsOf<T>(parts: Readonly<Record<keyof T & string, true>>): readonly string[] {
  return Object.keys(parts)
}

/** Throws `misuse` for parts other than `parts`: most are misspelt, and the message says what was probably meant. */
export function onlyParts(label: string, value: Loose, parts: readonly string[]): void {
  for (const part of Object.keys(value)) {
    if (parts.includes(part)) continue
    const meant = nearest(part, parts)
    misuse(
      `${label} has "${part}", which is none of ${parts.join(', ')}${meant === undefined ? '; leave it out' : `; did you mean "${meant}"?`}`,
    )
  }
}

/** Throws `misuse` for what is no object, and for parts of it other than `parts`; `label` says whose it is, e.g. `options of define(orders)`. */
export function onlyOptions(label: string, value: unknown, parts: readonly string[]): void {
  if (!isRecord(value)) misuse(`${label} is ${shownValue(value)}; give an object with ${parts.join(', ')}`)
  onlyParts(label, value, parts)
}

/** Shows a value in a message, on one line and not too long. */
export function shownValue(value: unknown): string {
  if (value === undefined) return 'undefined'
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value)
  if (typeof value === 'function') return value.name === '' ? 'a function' : `the function ${value.name}`
  if (isRecord(value) && ![Object.prototype, null].includes(Object.getPrototypeOf(value) as null))
    return `a ${value.constructor?.name ?? 'class'}`
  let text: string
  try {
    text = JSON.stringify(value) ?? typeof value
  } catch {
    text = `a ${typeof value}`
  }
  return text.length > SHOWN_LENGTH_MAX ? `${text.slice(0, SHOWN_LENGTH_MAX)}…` : text
}
