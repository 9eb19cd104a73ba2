import { BanyanError, misuse } from './error.ts'
import { findUnsendable } from './plain-json.ts'

/** Any value that JSON can carry. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/** Writes JSON of our own data; throws `misuse` with a reason when the value cannot be written, because no caller can help that. */
export function toJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'null'
  } catch (cause) {
    throw new BanyanError('misuse', `the value cannot be sent as JSON: ${(cause as Error).message}`, { cause })
  }
}

/**
 * Writes JSON of a value that no schema describes: a step's output, a signal's or a timer's data, a saga's input.
 * Throws `misuse` that names the field for what would change on its way: a Date, a Map, a Set, a BigInt, a class instance, a function,
 * NaN, `undefined` in a list. Fields that are `undefined` are left out. `what` names the value, e.g. `output of step "charge"`.
 */
export function plainJson(value: unknown, what: string): string {
  const found = value === undefined ? undefined : findUnsendable(value)
  if (found)
    misuse(
      `${what}${found.path === '' ? '' : ` at ${found.path}`} is ${found.found}, which JSON cannot carry; use plain data, e.g. a time as a number or an ISO text`,
    )
  return toJson(value)
}
