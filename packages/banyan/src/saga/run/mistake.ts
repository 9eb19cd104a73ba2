import { AssertionError } from 'node:assert'
import { BanyanError, LOGGED, toBanyanError } from '../../kernel/error.ts'

/** Classes of errors that JavaScript itself throws where a program is wrong. */
const PROGRAMMING_ERRORS = [TypeError, ReferenceError, RangeError, SyntaxError, EvalError, URIError, AssertionError] as const
/** Errors of a chain of causes that are looked at. */
const CAUSES_MAX = 5

/**
 * Tells whether what an action or compensation threw is a mistake in the program: an error of JavaScript itself, a failed assertion, a misuse of
 * the toolkit, or data of our own that does not fit its contract. Not what a participant answered, not what the author named by a code, and not an
 * `Error` that says nothing: that may be a disk or a network. A `TypeError` with a cause is how `fetch` reports a network.
 */
export function isMistakeOfAction({ code, declared, from, message, cause }: BanyanError): boolean {
  if (from !== undefined || declared) return false
  if (code === 'misuse') return true
  return code === 'internal' && (message !== LOGGED || isProgrammingError(cause))
}

/**
 * Tells whether what a saga's function threw is a mistake in the program. The function does nothing outside of its steps, so everything is that
 * has neither the failure of a step at its root nor a code that says what became of the business.
 */
export function isMistakeOfFunction(thrown: unknown, isStepError: (error: object) => boolean): boolean {
  let one: unknown = thrown
  for (let depth = 0; depth < CAUSES_MAX && typeof one === 'object' && one !== null; depth++) {
    if (isStepError(one)) return false
    if (one instanceof BanyanError || isProgrammingError(one)) break
    one = (one as { cause?: unknown }).cause
  }
  return !(one instanceof BanyanError) || one.code === 'internal' || isMistakeOfAction(toBanyanError(one))
}

function isProgrammingError(thrown: unknown): boolean {
  if (thrown instanceof TypeError && thrown.cause !== undefined) return false
  return PROGRAMMING_ERRORS.some((kind) => thrown instanceof kind)
}
