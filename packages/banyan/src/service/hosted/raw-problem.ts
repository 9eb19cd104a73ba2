import { needsLog, uncaught } from '../../call/uncaught.ts'
import { type BanyanError, shownInLog, toBanyanError } from '../../kernel/error.ts'
import type { Logger } from '../../kernel/logger.ts'
import { PROBLEM_TYPE, problemDocument, retryAfterSeconds } from '../../kernel/problem.ts'

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

/** Writes an error as a problem document, as the gateway does. */
export function problemOf(error: BanyanError): RawProblem {
  const seconds = retryAfterSeconds(error)
  const retryAfter = seconds === undefined ? {} : { 'retry-after': String(seconds) }
  return { status: error.status, headers: { 'content-type': PROBLEM_TYPE, ...retryAfter }, body: problemDocument(error) }
}
