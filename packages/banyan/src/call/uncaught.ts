import { BanyanError, type ErrorCode, isErrorCode, LOGGED, reworded, toBanyanError } from '../kernel/error.ts'

/**
 * What the platform's own codes become when an operation got them from a call and did not catch them. Its caller sent none of what was refused
 * there, so refusals are a mistake of the operation in between: `internal`. What may pass stays something that may pass.
 */
const BECOMES = {
  invalid_argument: 'internal',
  malformed_json: 'internal',
  unauthenticated: 'internal',
  permission_denied: 'internal',
  not_found: 'internal',
  method_not_allowed: 'internal',
  not_acceptable: 'internal',
  failed_precondition: 'internal',
  idempotency_in_progress: 'unavailable',
  version_mismatch: 'internal',
  request_timeout: 'internal',
  payload_too_large: 'internal',
  uri_too_long: 'internal',
  unsupported_media_type: 'internal',
  idempotency_mismatch: 'internal',
  idempotency_key_required: 'internal',
  precondition_required: 'internal',
  rate_limited: 'unavailable',
  headers_too_large: 'internal',
  expectation_failed: 'internal',
  misdirected: 'internal',
  cancelled: 'outcome_unknown',
  internal: 'internal',
  unavailable: 'unavailable',
  overloaded: 'overloaded',
  data_damaged: 'unavailable',
  data_newer: 'unavailable',
  data_older: 'unavailable',
  storage_full: 'unavailable',
  deadline_exceeded: 'deadline_exceeded',
  outcome_unknown: 'outcome_unknown',
  misuse: 'internal',
  fenced: 'unavailable',
} as const satisfies Record<ErrorCode, ErrorCode>

/** Returns what a call threw as an error that says where it came from. Mistakes of this process stay its own. */
export function receivedFrom(operation: string, thrown: unknown): BanyanError {
  const error = toBanyanError(thrown)
  if (error.from !== undefined || isOurMistake(error)) return error
  return reworded(error, error.message, { from: operation, cause: error.cause })
}

/**
 * Returns what becomes of an error that `receiver` got from a call and did not catch: never the error itself, which speaks of another contract
 * and another request. Declared errors and refusals become `internal` with the error as cause, to be logged by whoever hands it on. An `internal`
 * of the other side was logged there; it keeps its `from`, which says so. Retry advice of what may pass is kept. Other errors are returned unchanged.
 */
export function uncaught(receiver: string, error: BanyanError): BanyanError {
  const { code, declared, from, retry, retryAfterMs } = error
  if (from === undefined) return error
  if (wasLogged(error)) return new BanyanError('internal', LOGGED, { from })
  const becomes = declared || !isErrorCode(code) ? 'internal' : BECOMES[code]
  if (becomes !== 'internal') return new BanyanError(becomes, error.message, { retry, retryAfterMs, cause: error })
  return new BanyanError('internal', `${receiver} got "${code}" from ${from} and did not handle it`, { cause: error })
}

/** Tells whether an error is a mistake of ours, whose words callers must not see, that nobody has logged yet. */
export function needsLog(error: BanyanError): boolean {
  return isOurMistake(error) && !wasLogged(error)
}

/** Whoever answers with a mistake logs it; its `from` says that somebody did. */
function wasLogged(error: BanyanError): boolean {
  return error.from !== undefined && isOurMistake(error)
}

function isOurMistake({ code, declared }: BanyanError): boolean {
  return !declared && (code === 'internal' || code === 'misuse')
}
