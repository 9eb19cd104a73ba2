import { BanyanError } from './error.ts'

/** Any value that JSON can carry. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/**
 * Copies a value exactly as a trip over the wire would: through its JSON text.
 * `undefined` fields vanish, a Date becomes a text, a Map becomes `{}`. Throws `invalid_argument` for BigInt and cycles.
 * Local calls use it, so that a service cannot tell a local caller from a remote one (law 2).
 */
export function copyAsJson<T>(value: T): T {
  if (value === undefined) return value
  return JSON.parse(toJson(value)) as T
}

/** Writes JSON; throws `invalid_argument` with a reason when the value cannot be written. */
export function toJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'null'
  } catch (cause) {
    throw new BanyanError('invalid_argument', `the value cannot be sent as JSON: ${(cause as Error).message}`, { cause })
  }
}
