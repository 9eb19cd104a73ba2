import type { IncomingMessage } from 'node:http'
import { misuse } from 'banyan/kernel'

/** Which pages of other origins may call. */
export interface CorsOptions {
  /** Exact origins such as `https://shop.example.org`, or `*` for all. */
  readonly origins: readonly string[] | '*'
  /** Whether such pages may send cookies and client certificates. Default false; not with `*`. */
  readonly credentials?: boolean
  /** How long a browser may remember the answer, in seconds. Default 600. */
  readonly maxAgeSeconds?: number
}

/** Answers browsers that ask for other origins. */
export interface Cors {
  /** Adds what an answer to this request needs. */
  addTo(headers: string[], request: IncomingMessage): void
  /** Adds what the answer to a preflight needs besides. */
  addPreflight(headers: string[], request: IncomingMessage, methods: string): void
}

const REQUEST_HEADERS =
  'authorization, content-type, x-api-key, idempotency-key, if-match, prefer, banyan-after, x-request-id, traceparent, tracestate'
const ANSWER_HEADERS =
  'etag, location, retry-after, ratelimit, ratelimit-policy, x-request-id, x-correlation-id, traceresponse, banyan-token, idempotency-replayed, preference-applied, x-aggregate-status'
/** Ten minutes: short enough to take a wrong setting back, long enough to spare most preflights. */
const MAX_AGE_SECONDS = 600

/** Prepares CORS. Throws `misuse` for an origin that no browser would send, and for credentials with `*`. */
export function createCors({ origins, credentials = false, maxAgeSeconds = MAX_AGE_SECONDS }: CorsOptions): Cors {
  if (origins === '*' && credentials) misuse('CORS with credentials needs a list of origins; "*" would let every page act for the user')
  const allowed = origins === '*' ? undefined : new Set(origins.map(checkedOrigin))

  function allows({ headers: { origin } }: IncomingMessage): boolean {
    return origin !== undefined && (allowed === undefined || allowed.has(origin))
  }
  return {
    addTo(headers, request) {
      headers.push('vary', 'origin')
      if (!allows(request)) return
      headers.push('access-control-allow-origin', allowed === undefined ? '*' : (request.headers.origin as string))
      headers.push('access-control-expose-headers', ANSWER_HEADERS)
      if (credentials) headers.push('access-control-allow-credentials', 'true')
    },
    addPreflight(headers, request, methods) {
      if (!allows(request)) return
      headers.push('access-control-allow-methods', methods, 'access-control-allow-headers', REQUEST_HEADERS)
      headers.push('access-control-max-age', String(maxAgeSeconds))
    },
  }
}

function checkedOrigin(origin: string): string {
  if (!/^https?:\/\/[^/\s]+$/.test(origin))
    misuse(`CORS origin "${origin}" must be a scheme and a host without a path, e.g. "https://shop.example.org"`)
  return origin
}
