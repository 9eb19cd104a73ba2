import { BanyanError, type FieldError, isErrorCode, type Retry } from '../../kernel/error.ts'
import { NOT_PLAIN, plainCopy } from '../../kernel/plain-json.ts'

/**
 * Writes an error as a problem document (RFC 9457) for another process of the platform: nothing is hidden but its cause, and what the code alone
 * does not say is there: whether the contract declares it, whether trying again can help, and whose answer it is.
 */
export function wireProblem(error: BanyanError): string {
  const { code, message, status, retry, declared, from, retryAfterMs, fields } = error
  const data = error.data === undefined ? undefined : plainCopy(error.data)
  return JSON.stringify({
    type: `urn:banyan:problem:${code}`,
    status,
    code,
    detail: message,
    retry,
    declared,
    from,
    retryAfterMs,
    errors: fields?.map(({ path, expected }) => ({ pointer: path, detail: expected })),
    data: data === NOT_PLAIN ? undefined : data,
  })
}

/**
 * Reads a problem document; undefined when it is none of ours. A platform's code that this version does not know becomes `internal`, and
 * whatever it says of retrying that it does not know `unknown`: the careful reading of what a newer process says.
 */
export function readProblem(document: unknown): BanyanError | undefined {
  if (typeof document !== 'object' || document === null) return undefined
  const { code, detail, declared, from, retry, status, retryAfterMs, errors, data } = document as Record<string, unknown>
  if (typeof code !== 'string' || typeof detail !== 'string' || typeof declared !== 'boolean') return undefined
  const common = {
    from: typeof from === 'string' ? from : undefined,
    retryAfterMs: isDuration(retryAfterMs) ? retryAfterMs : undefined,
  }
  if (!declared && !isErrorCode(code))
    return new BanyanError('internal', `${detail} (code "${code}", which this version does not know)`, { ...common, retry: 'unknown' })
  return new BanyanError(code, detail, {
    ...common,
    declared,
    data,
    fields: fieldErrors(errors),
    retry: isRetry(retry) ? retry : 'unknown',
    ...(isStatus(status) && { status }),
  })
}

function isRetry(value: unknown): value is Retry {
  return value === 'never' || value === 'safe' || value === 'unknown'
}
function isStatus(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 400 && value <= 599
}
function isDuration(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0
}

function fieldErrors(list: unknown): readonly FieldError[] | undefined {
  if (!Array.isArray(list)) return undefined
  return list.flatMap((entry: unknown) => {
    const { pointer, detail } = (entry ?? {}) as Record<string, unknown>
    return typeof pointer === 'string' && typeof detail === 'string' ? [{ path: pointer, expected: detail }] : []
  })
}
