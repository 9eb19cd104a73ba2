import { BanyanError } from './error.ts'

/** Any value that JSON can carry. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/**
 * Copies a value exactly as a trip over the wire would: through its JSON text.
 * `undefined` fields vanish, a Date becomes a text, a Map becomes `{}`. Throws `invalid_argument` for BigInt and cycles: whoever gave it is to blame.
 * Local calls use it, so that a service cannot tell a local caller from a remote one (law 2).
 */
export function copyAsJson<T>(value: T): T {
  if (value === undefined) return value
  const text = written(value, (message, cause) => new BanyanError('invalid_argument', message, { cause }))
  return JSON.parse(text) as T
}

/** Writes JSON of our own data; throws `misuse` with a reason when the value cannot be written, because no caller can help that. */
export function toJson(value: unknown): string {
  return written(value, (message, cause) => new BanyanError('misuse', message, { cause }))
}

function written(value: unknown, refusal: (message: string, cause: unknown) => BanyanError): string {
  try {
    return JSON.stringify(value) ?? 'null'
  } catch (cause) {
    throw refusal(`the value cannot be sent as JSON: ${(cause as Error).message}`, cause)
  }
}
