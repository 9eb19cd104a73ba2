import { isUnknownWrite, uncaught } from 'banyan/call'
import { BanyanError, isErrorCode, toBanyanError } from 'banyan/kernel'

/** What a service says to the person who asked: a part calls in that person's name. */
const TO_WHOEVER_ASKED: ReadonlySet<string> = new Set(['unauthenticated', 'permission_denied', 'not_found', 'rate_limited'])

/**
 * Returns what callers of an aggregate may learn of an error in one of its parts. An aggregate declares no errors, and it wrote the calls' inputs
 * itself: what a service declares, or refuses in an input, is `internal` unless the part caught it. What a service refuses the person stays.
 */
export function partError(part: string, thrown: unknown): BanyanError {
  const error = toBanyanError(thrown)
  const { code, declared, from } = error
  if (isUnknownWrite(error)) return error
  if (from !== undefined) return !declared && TO_WHOEVER_ASKED.has(code) ? error : uncaught(part, error)
  if (isErrorCode(code) && !declared) return error
  return new BanyanError('internal', `${part} failed with "${code}", which an aggregate cannot declare`, { cause: error })
}

/** Tells whether the part itself is wrong, and not a service that it asked. */
export function isOwnMistake({ code, cause, from }: BanyanError): boolean {
  return code === 'misuse' || (code === 'internal' && from === undefined && cause instanceof BanyanError)
}
