import type { Static, TSchema } from 'typebox'
import { partsOf } from '../kernel/form.ts'
import type { Access } from './access.ts'
import { checkParts } from './check-spec.ts'
import { parseRoute, type Route, type RouteText } from './route.ts'

/** A declared error: its data, and the HTTP status when it is not 409. */
export interface DeclaredError<D extends TSchema = TSchema> {
  readonly data: D
  readonly status: number
  /** `safe` when trying again later can succeed. Default `never`. */
  readonly retry: 'never' | 'safe'
  /** What is wrong and what to do, in a sentence for whoever reads the answer. Default: the words of the code. */
  readonly detail?: string | undefined
}

/** Declared errors by code, in lower case and none of the platform's own; a bare schema means status 409. */
export type ErrorSpec = Readonly<Record<string, TSchema | DeclaredError>>

/** Data type of one declared error. */
export type ErrorData<E> = E extends DeclaredError<infer D> ? Static<D> : E extends TSchema ? Static<E> : never

/**
 * Declares an error with an HTTP status other than 409, or with a `detail` that says what to do about it. The detail is the same for everybody:
 * nothing about one request belongs in it.
 */
export function declareError<D extends TSchema>(
  status: number,
  data: D,
  retry: 'never' | 'safe' = 'never',
  detail?: string,
): DeclaredError<D> {
  return { status, data, retry, detail }
}

/** What a query and a command have in common. */
export interface OperationSpec<I extends TSchema, O extends TSchema, E extends ErrorSpec> {
  /** Path parameters, query string and body together, as one object. */
  readonly input: I
  readonly output: O
  readonly errors?: E
  readonly access: Access
  /** One line for the API's reference. */
  readonly summary?: string
  /** How long one call may take. Default {@link OPERATION_TIMEOUT_MS}. */
  readonly timeoutMs?: number
  /**
   * How many calls may run at once in a process; more are refused with `overloaded` (503 with `Retry-After`). For what strangers may ask for and
   * what may take long. Default: as many as the gateway lets in.
   */
  readonly concurrencyMax?: number
}

/** What a command adds. */
export interface CommandSpec<I extends TSchema, O extends TSchema, E extends ErrorSpec> extends OperationSpec<I, O, E> {
  /**
   * `optional` (default): a call with an idempotency key runs once, one without runs each time.
   * `required`: a call without a key is refused.
   * `none`: repeating has no further effect, so no key is kept.
   */
  readonly idempotency?: 'optional' | 'required' | 'none'
  /** Path of what was created, filled from the output, e.g. `/api/orders/:id`: answers 201 with `Location`. */
  readonly created?: `/${string}`
  /** Status of a success when it is neither 200 nor 201. */
  readonly status?: 202 | 204
  /** Input field that an `If-Match` header fills, e.g. `version`. */
  readonly ifMatch?: string
}

const QUERY = { input: true, output: true, errors: true, access: true, summary: true, timeoutMs: true, concurrencyMax: true } as const
const QUERY_PARTS = partsOf<OperationSpec<TSchema, TSchema, ErrorSpec>>(QUERY)
const COMMAND_PARTS = partsOf<CommandSpec<TSchema, TSchema, ErrorSpec>>({
  ...QUERY,
  idempotency: true,
  created: true,
  status: true,
  ifMatch: true,
})

/** An operation of a contract. */
export interface OperationDefinition<
  I extends TSchema = TSchema,
  O extends TSchema = TSchema,
  E extends ErrorSpec = ErrorSpec,
  K extends 'query' | 'command' = 'query' | 'command',
> {
  readonly kind: K
  readonly route: Route
  readonly input: I
  readonly output: O
  readonly errors: E
  readonly access: Access
  readonly summary: string | undefined
  readonly timeoutMs: number
  /** Undefined: as many as come. */
  readonly concurrencyMax: number | undefined
  readonly idempotency: 'optional' | 'required' | 'none'
  readonly created: string | undefined
  readonly status: number
  readonly ifMatch: string | undefined
}

/** Input type of an operation. */
export type Input<D> = D extends OperationDefinition<infer I, TSchema, ErrorSpec> ? Static<I> : never
/** Output type of an operation. */
export type Output<D> = D extends OperationDefinition<TSchema, infer O, ErrorSpec> ? Static<O> : never
/** Declared errors of an operation: code to data. */
export type Errors<D> = D extends OperationDefinition<TSchema, TSchema, infer E> ? { [C in keyof E]: ErrorData<E[C]> } : never

/** Time one call may take when its contract says nothing: an order of magnitude above a slow database. */
export const OPERATION_TIMEOUT_MS = 10_000

/** Declares an operation that reads. It may be repeated freely. */
export function query<I extends TSchema, O extends TSchema, E extends ErrorSpec = {}>(
  route: RouteText,
  spec: OperationSpec<I, O, E>,
): OperationDefinition<I, O, E, 'query'> {
  return operationDefinition('query', route, spec)
}

/** Declares an operation that changes something. */
export function command<I extends TSchema, O extends TSchema, E extends ErrorSpec = {}>(
  route: RouteText,
  spec: CommandSpec<I, O, E>,
): OperationDefinition<I, O, E, 'command'> {
  return operationDefinition('command', route, spec)
}

function operationDefinition<I extends TSchema, O extends TSchema, E extends ErrorSpec, K extends 'query' | 'command'>(
  kind: K,
  route: RouteText,
  spec: CommandSpec<I, O, E>,
): OperationDefinition<I, O, E, K> {
  checkParts(kind, route, spec, kind === 'query' ? QUERY_PARTS : COMMAND_PARTS)
  return {
    kind,
    route: parseRoute(route),
    input: spec.input,
    output: spec.output,
    errors: spec.errors ?? ({} as E),
    access: spec.access,
    summary: spec.summary,
    timeoutMs: spec.timeoutMs ?? OPERATION_TIMEOUT_MS,
    concurrencyMax: spec.concurrencyMax,
    idempotency: kind === 'query' ? 'none' : (spec.idempotency ?? 'optional'),
    created: spec.created,
    status: spec.status ?? (spec.created ? 201 : 200),
    ifMatch: spec.ifMatch,
  }
}
