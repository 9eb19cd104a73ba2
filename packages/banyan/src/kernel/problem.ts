import { type BanyanError, LOGGED } from './error.ts'

// Owns: how an error looks to callers, whoever answers them: the gateway, a raw route, a parser that gave up.

/** Media type of problem documents (RFC 9457). */
export const PROBLEM_TYPE = 'application/problem+json'

/** What a problem document says about the request besides the error, where a request is known. */
export interface ProblemContext {
  readonly requestId: string
  readonly traceId: string
}

/** Codes whose messages are for people who run the platform, not for callers. */
const OPAQUE: Readonly<Record<string, { readonly code: string; readonly detail: string }>> = {
  internal: { code: 'internal', detail: LOGGED },
  misuse: { code: 'internal', detail: LOGGED },
  fenced: { code: 'unavailable', detail: 'another instance took over in the middle; try again' },
}

/** Problem types that have a registered name; all others are named after their code. */
const TYPES: Readonly<Record<string, string>> = {
  rate_limited: 'https://iana.org/assignments/http-problem-types#quota-exceeded',
}

/** Writes the problem document of an error. What callers must not see is left out: causes, stacks, messages of our own mistakes. */
export function problemDocument(error: BanyanError, context?: ProblemContext, extra?: object): string {
  const { code, detail } = publicError(error)
  return JSON.stringify({
    type: TYPES[code] ?? `urn:banyan:problem:${code}`,
    title: title(code),
    status: error.status,
    code,
    detail,
    retry: error.retry,
    ...context,
    ...(error.fields ? { errors: error.fields.map(({ path, expected }) => ({ pointer: path, detail: expected })) } : {}),
    ...(error.declared && error.data !== undefined ? { data: error.data } : {}),
    ...extra,
  })
}

/** What callers may know of an error: its code and message, or something general where those are for operators only. */
export function publicError({ code, message }: BanyanError): { readonly code: string; readonly detail: string } {
  return OPAQUE[code] ?? { code, detail: message }
}

/** Seconds for `Retry-After`; undefined when the error gives no such advice. */
export function retryAfterSeconds({ retryAfterMs, status }: BanyanError): number | undefined {
  if (retryAfterMs !== undefined) return Math.max(1, Math.ceil(retryAfterMs / 1_000))
  return status === 503 ? 1 : undefined
}

function title(code: string): string {
  const words = code.replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}
