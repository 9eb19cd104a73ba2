import { BanyanError } from '../kernel/error.ts'
import type { DeclaredError, Errors, ErrorSpec, OperationDefinition } from './operation.ts'

/** A declared error with its typed data. */
export interface Failure<C extends string, D> extends BanyanError {
  readonly code: C
  readonly data: D
}

/**
 * Tells whether `thrown` is the declared error `code` of `operation`, and types its data.
 * @example if (failedWith(error, inventory.operations.reserve, 'insufficient_stock')) report(error.data.lines)
 */
// oxlint-disable-next-line typescript/no-explicit-any -- the bound must accept every concrete operation
export function failedWith<D extends OperationDefinition<any, any, any>, C extends keyof Errors<D> & string>(
  thrown: unknown,
  operation: D,
  code: C,
): thrown is Failure<C, Errors<D>[C]> {
  return thrown instanceof BanyanError && thrown.declared && thrown.code === code && code in operation.errors
}

/** Returns the full declaration of an error; undefined when the operation does not declare the code. */
export function declaredError(errors: ErrorSpec, code: string): DeclaredError | undefined {
  const spec = Object.hasOwn(errors, code) ? errors[code] : undefined
  if (spec === undefined) return undefined
  return 'status' in spec && 'data' in spec ? (spec as DeclaredError) : { status: 409, data: spec, retry: 'never' }
}

/** Builds the error that a handler's `fail` throws. */
export function failure(errors: ErrorSpec, code: string, data: unknown): BanyanError {
  const declared = declaredError(errors, code)
  if (!declared) return new BanyanError('misuse', `error "${code}" is not declared in the operation's contract; add it to errors`)
  return new BanyanError(code, declared.detail ?? code.replaceAll('_', ' '), {
    data,
    declared: true,
    status: declared.status,
    retry: declared.retry,
  })
}
