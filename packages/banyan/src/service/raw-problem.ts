import { needsLog, uncaught } from '../call/uncaught.ts'
import { type BanyanError, LOGGED, shownInLog, toBanyanError } from '../kernel/error.ts'
import type { Logger } from '../kernel/logger.ts'

/** Answer of a raw route that failed. */
export interface RawProblem {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** A problem document (RFC 9457). */
  readonly body: string
}

/**
 * Writes the answer to what a raw route threw. A raw route declares nothing, so what a call brought and the route did not catch is our mistake:
 * logged whole, and nothing of it is shown.
 */
export function rawProblem(service: string, thrown: unknown, log: Logger): RawProblem {
  const error = uncaught(`a raw route of ${service}`, toBanyanError(thrown))
  if (needsLog(error)) log.error('a raw route failed', { service, error: shownInLog(error) })
  return problemOf(error)
}

/** Writes an error as a problem document; mistakes of ours without their words. */
export function problemOf(error: BanyanError): RawProblem {
  const code = isOpaque(error) ? 'internal' : error.code
  const detail = isOpaque(error) ? LOGGED : error.message
  const title = code.charAt(0).toUpperCase() + code.slice(1).replaceAll('_', ' ')
  const retryAfter = error.retryAfterMs === undefined ? {} : { 'retry-after': String(Math.ceil(error.retryAfterMs / 1_000)) }
  return {
    status: error.status,
    headers: { 'content-type': 'application/problem+json', ...retryAfter },
    body: JSON.stringify({ type: `urn:banyan:problem:${code}`, title, status: error.status, code, detail, retry: error.retry }),
  }
}

function isOpaque({ code }: BanyanError): boolean {
  return code === 'internal' || code === 'misuse'
}
