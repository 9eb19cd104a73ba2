import { uncaught } from '../../call/uncaught.ts'
import { type DeclaredError, declaredError } from '../../contract/index.ts'
import type { OperationDefinition } from '../../contract/operation.ts'
import { schemaCheck } from '../../contract/validator.ts'
import { BanyanError, isErrorCode, toBanyanError } from '../../kernel/error.ts'
import { KeptError } from './idempotency.ts'

/** An operation as far as its errors go. */
export interface LeavingOperation {
  readonly definition: Pick<OperationDefinition, 'errors'>
  /** `<service>.<operation>`. */
  readonly label: string
}

/**
 * Returns what leaves an operation whose handler threw. Declared is what this operation declares: made by its own `fail`, or thrown with its
 * code and data that fit. The platform's own codes pass when they were made here. Everything else is `internal` with what was thrown as its
 * cause: errors that a call got and nobody caught, codes that no contract knows, data that does not fit.
 */
export function leavingError({ definition, label }: LeavingOperation, thrown: unknown): BanyanError {
  const error = toBanyanError(thrown)
  if (error instanceof KeptError) return error
  if (error.from !== undefined) return uncaught(label, error)
  const isPlatforms = isErrorCode(error.code)
  if (isPlatforms && !error.declared) return error
  const declaration = declaredError(definition.errors, error.code)
  if (declaration) return asDeclared(label, error, declaration)
  const message = `${label} failed with "${error.code}", which its contract does not declare; add it to errors`
  return new BanyanError('internal', message, { cause: error })
}

/** Status and retry advice are the contract's, whoever made the error, and of its data leaves what the contract declares. */
function asDeclared(label: string, error: BanyanError, { data, status, retry }: DeclaredError): BanyanError {
  const { code, message, retryAfterMs, cause } = error
  try {
    const passed = schemaCheck(data).own(error.data, `the data of error "${code}" of ${label}`)
    return new BanyanError(code, message, { data: passed, declared: true, status, retry, retryAfterMs, cause })
  } catch (wrong) {
    return toBanyanError(wrong)
  }
}
