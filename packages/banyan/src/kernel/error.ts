/**
 * Whether trying again can help.
 * `never`: the same request fails again. `safe`: nothing happened, trying again is harmless; an operation of which a part stands does not say so.
 * `unknown`: it may or may not have happened; only an idempotent or keyed request may be tried again.
 */
export type Retry = 'never' | 'safe' | 'unknown'

interface ErrorKind {
  readonly status: number
  readonly retry: Retry
}

/** Every code the platform itself uses, with its HTTP status and whether trying again can help. */
export const ERROR_CODES = {
  invalid_argument: { status: 400, retry: 'never' },
  malformed_json: { status: 400, retry: 'never' },
  unauthenticated: { status: 401, retry: 'never' },
  permission_denied: { status: 403, retry: 'never' },
  not_found: { status: 404, retry: 'never' },
  method_not_allowed: { status: 405, retry: 'never' },
  not_acceptable: { status: 406, retry: 'never' },
  /** A request, or its body, arrived too slowly. */
  request_timeout: { status: 408, retry: 'safe' },
  failed_precondition: { status: 409, retry: 'never' },
  idempotency_in_progress: { status: 409, retry: 'safe' },
  version_mismatch: { status: 412, retry: 'never' },
  payload_too_large: { status: 413, retry: 'never' },
  uri_too_long: { status: 414, retry: 'never' },
  unsupported_media_type: { status: 415, retry: 'never' },
  /** The request expects something of the server that it does not do. */
  expectation_failed: { status: 417, retry: 'never' },
  /** The request names a host that this server does not answer for. */
  misdirected: { status: 421, retry: 'never' },
  idempotency_mismatch: { status: 422, retry: 'never' },
  idempotency_key_required: { status: 400, retry: 'never' },
  precondition_required: { status: 428, retry: 'never' },
  rate_limited: { status: 429, retry: 'safe' },
  headers_too_large: { status: 431, retry: 'never' },
  cancelled: { status: 499, retry: 'unknown' },
  internal: { status: 500, retry: 'unknown' },
  unavailable: { status: 503, retry: 'safe' },
  overloaded: { status: 503, retry: 'safe' },
  /** A file or table is not what was written; only a backup helps. */
  data_damaged: { status: 503, retry: 'never' },
  /** The data was written by a newer version of the program. */
  data_newer: { status: 503, retry: 'never' },
  /** The data are an older copy: others know of things that it lacks. */
  data_older: { status: 503, retry: 'never' },
  storage_full: { status: 503, retry: 'safe' },
  deadline_exceeded: { status: 504, retry: 'unknown' },
  outcome_unknown: { status: 504, retry: 'unknown' },
  /** A programmer's mistake, found at start or at the first call. Never caused by input. */
  misuse: { status: 500, retry: 'never' },
  /** A lease was lost or a record moved on: this attempt must not commit. */
  fenced: { status: 503, retry: 'unknown' },
} as const satisfies Record<string, ErrorKind>

/** One of the platform's own error codes. */
export type ErrorCode = keyof typeof ERROR_CODES

/** One wrong field of an input. */
export interface FieldError {
  /** JSON pointer into the input, e.g. `/items/0/quantity`; empty for the whole. */
  readonly path: string
  /** What was expected, e.g. `must be an integer ≥ 1`. */
  readonly expected: string
}

/** What else an error carries. */
export interface BanyanErrorOptions {
  /** Wrong fields, for `invalid_argument`. */
  readonly fields?: readonly FieldError[] | undefined
  /** Typed data of an error that a contract declares. */
  readonly data?: unknown
  /** True for an error that the contract of the operation that answers with it declares. Default false. */
  readonly declared?: boolean
  /** Operation whose answer to a call it is, e.g. `inventory.reserve`. Default: none, it was made here. */
  readonly from?: string | undefined
  /** HTTP status; given for errors that a contract declares. */
  readonly status?: number
  /** Whether trying again can help; given for errors that a contract declares. */
  readonly retry?: Retry
  /** Earliest moment to try again, in milliseconds from now. */
  readonly retryAfterMs?: number | undefined
  /** Kept for logs, never sent. */
  readonly cause?: unknown
}

/**
 * The one error class. `code` is either one of {@link ERROR_CODES} or a code that a contract declares (`declared`).
 * The message says what was expected, what came and what to do; it may be shown to the caller.
 */
export class BanyanError extends Error {
  override readonly name = 'BanyanError'
  readonly code: string
  readonly status: number
  readonly retry: Retry
  /**
   * True when the operation that answered with it declares the code and the shape of `data`. Said by whoever makes the error, and carried by
   * transports: it cannot be told from the code.
   */
  readonly declared: boolean
  /** Operation whose answer to a call it is; undefined for an error that was made here. It is not the receiver's own, see `uncaught`. */
  readonly from: string | undefined
  readonly fields: readonly FieldError[] | undefined
  readonly data: unknown
  readonly retryAfterMs: number | undefined

  constructor(code: ErrorCode | (string & {}), message: string, options: BanyanErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    const known: ErrorKind | undefined = isErrorCode(code) ? ERROR_CODES[code] : undefined
    this.code = code
    this.declared = options.declared ?? false
    this.from = options.from
    this.status = options.status ?? known?.status ?? 409
    this.retry = options.retry ?? known?.retry ?? 'never'
    this.fields = options.fields
    this.data = options.data
    this.retryAfterMs = options.retryAfterMs
  }
}

/** Returns an error with the same code as `error` and other words, and with some of its parts replaced. It has no cause unless one is given. */
export function reworded(error: BanyanError, message: string, changes: BanyanErrorOptions = {}): BanyanError {
  const { code, status, retry, data, declared, from, fields, retryAfterMs } = error
  return new BanyanError(code, message, { status, retry, data, declared, from, fields, retryAfterMs, ...changes })
}

/** All that others learn of a mistake of ours. */
export const LOGGED = 'something went wrong on our side; it was logged with the trace id'

/** Turns anything thrown into a {@link BanyanError}; what is not one becomes an opaque `internal` with the original as cause. */
export function toBanyanError(thrown: unknown): BanyanError {
  if (thrown instanceof BanyanError) return thrown
  return new BanyanError('internal', LOGGED, { cause: thrown })
}

/** Returns what a log line shows of an error: what was thrown, without the opaque words that stand before it, else the error with its causes. */
export function shownInLog(error: BanyanError): unknown {
  return error.message === LOGGED && error.cause !== undefined ? error.cause : error
}

/** Tells whether a code is one of the platform's own. */
export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERROR_CODES, code)
}

/** Throws `misuse`: a mistake in the program, with what to do about it. */
export function misuse(message: string): never {
  throw new BanyanError('misuse', message)
}

/** Marks a switch as complete: fails to compile when a case is missing, and throws if one slips through. */
export function unreachable(value: never): never {
  throw new BanyanError('misuse', `unreachable: ${JSON.stringify(value)}`)
}
