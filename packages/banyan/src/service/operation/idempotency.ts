import { hash } from 'node:crypto'
import { declaredError } from '../../contract/failure.ts'
import type { ErrorSpec, OperationDefinition } from '../../contract/operation.ts'
import { schemaCheck } from '../../contract/validator.ts'
import { BanyanError, type Retry } from '../../kernel/error.ts'
import { toJson } from '../../kernel/json.ts'
import type { IdempotencyRecord } from '../../store/records/idempotency-records.ts'

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

/** A declared error as it is kept for its key: whole, so that a repetition says the same even if the contract has changed since. */
interface FailedReply {
  readonly code: string
  readonly message: string
  readonly data?: unknown
  /** Absent in records of older versions, as is `retry`. */
  readonly status?: number
  readonly retry?: Retry
  readonly retryAfterMs?: number
}

/** An error that was answered before; it leaves as it did then. */
export class KeptError extends BanyanError {}

/** Writes a declared error for its key. */
export function failedReply({ code, message, data, status, retry, retryAfterMs }: BanyanError): string {
  return toJson({ code, message, data, status, retry, retryAfterMs } satisfies Record<keyof FailedReply, unknown>)
}

/**
 * Returns the stored output, or throws the stored error (P15). What an older contract declared and this one does not any more is left out; what
 * this one requires and the older one did not have is not there.
 */
export function replay(
  record: Pick<IdempotencyRecord, 'state' | 'reply'>,
  { output, errors }: Pick<OperationDefinition, 'output' | 'errors'>,
): unknown {
  const reply = JSON.parse(record.reply ?? 'null') as unknown
  if (record.state === 'succeeded') return schemaCheck(output).declared(reply)
  throw replayedFailure(reply as FailedReply, errors)
}

/** Older versions kept errors without their status, also those of other operations: what is not declared was no answer of this one. */
function replayedFailure({ code, message, ...kept }: FailedReply, errors: ErrorSpec): BanyanError {
  const declared = declaredError(errors, code)
  const data = declared && kept.data !== undefined ? schemaCheck(declared.data).declared(kept.data) : undefined
  if (kept.status !== undefined) return new KeptError(code, message, { ...kept, data, declared: true })
  if (declared) return new BanyanError(code, message, { ...kept, data, declared: true, status: declared.status, retry: declared.retry })
  return new BanyanError('internal', `the answer kept for this key is an error that the operation does not declare: ${code}`)
}

/** The error for a key that was used with another input. */
export function mismatch(): BanyanError {
  return new BanyanError(
    'idempotency_mismatch',
    'this Idempotency-Key was used before with another request; use a new key for a new request',
  )
}
