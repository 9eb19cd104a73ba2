import { hash } from 'node:crypto'
import { declaredError } from '../contract/failure.ts'
import type { ErrorSpec } from '../contract/operation.ts'
import { BanyanError } from '../kernel/error.ts'
import type { IdempotencyRecord } from '../store/records.ts'

/** How long an answer is kept for its key: longer than any retry of a saga that is not stuck, and seven times what clients are promised. */
export const IDEMPOTENCY_RETENTION_MS = 7 * 24 * 3_600_000

/** Returns the fingerprint of an input: equal for equal inputs whatever the order of their fields. */
export function fingerprint(input: unknown): string {
  return hash('sha256', canonicalJson(input), 'base64url')
}

/** Written as a loop: it runs for every request with a key, and lists of parts cost more than the text. */
function canonicalJson(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  let text = ''
  if (Array.isArray(value)) {
    for (const item of value) text += `${text === '' ? '[' : ','}${canonicalJson(item)}`
    return text === '' ? '[]' : `${text}]`
  }
  for (const field of Object.keys(value).toSorted())
    text += `${text === '' ? '{' : ','}${JSON.stringify(field)}:${canonicalJson((value as Record<string, unknown>)[field])}`
  return text === '' ? '{}' : `${text}}`
}

/** Returns the stored output, or throws the stored error (P15). */
export function replay(record: IdempotencyRecord, errors: ErrorSpec): unknown {
  const reply = JSON.parse(record.reply ?? 'null') as unknown
  if (record.state === 'succeeded') return reply
  const { code, message, data } = reply as { code: string; message: string; data?: unknown }
  const declared = declaredError(errors, code)
  throw new BanyanError(code, message, { data, ...(declared ? { status: declared.status, retry: declared.retry } : {}) })
}

/** The error for a key that was used with another input. */
export function mismatch(): BanyanError {
  return new BanyanError(
    'idempotency_mismatch',
    'this Idempotency-Key was used before with another request; use a new key for a new request',
  )
}
