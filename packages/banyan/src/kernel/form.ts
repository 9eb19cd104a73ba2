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
