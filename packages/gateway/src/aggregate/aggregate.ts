import {
  type Access,
  checkOperation,
  type Clients,
  type Contract,
  type OperationDefinition,
  query,
  type RouteText,
  schemaCheck,
  type Static,
  type TSchema,
  Type,
} from 'banyan/contract'
import { assertName, misuse, NAMES, onlyOptions, partsOf, shownValue } from 'banyan/kernel'
import type { Principal } from 'banyan/contract'

/** What a part of an aggregate works with. */
export interface AggregateContext<U extends readonly Contract[], I> {
  /** Typed clients of the contracts that the aggregate uses. They call in the name of whoever asked: services' access rules hold. */
  readonly call: Clients<U>
  readonly principal: Principal
  readonly input: I
  /** Milliseconds that are left for this part. */
  remainingMs(): number
}

/** What becomes of the whole when a part fails. */
type PartNeed = 'required' | 'optional' | 'fallback'

/** One part of an aggregate. */
export interface Part<T = unknown, N extends PartNeed = PartNeed> {
  readonly need: N
  // oxlint-disable-next-line typescript/no-explicit-any -- the context's type belongs to the aggregate that made the part
  readonly run: (context: any) => Promise<T>
  /** What stands in when a `fallback` part fails. */
  readonly fallback: T | undefined
  /** What the part answers, for the API's reference. */
  readonly schema: TSchema | undefined
}

/** How a part is described. */
export interface PartOptions {
  /** What the part answers, most often the output of the operation it calls, e.g. `orders.operations.list.output`. Default: anything. */
  readonly schema?: TSchema
}

/** Makers of parts, typed by what the aggregate uses. */
export interface PartMakers<X> {
  /** Without it there is no answer: when it fails, the whole fails and names it. */
  required<T>(run: (context: X) => Promise<T>, options?: PartOptions): Part<T, 'required'>
  /** When it fails, its section says so and the others stand. */
  optional<T>(run: (context: X) => Promise<T>, options?: PartOptions): Part<T, 'optional'>
  /** When it fails, `fallback` stands in and its section says so. */
  withFallback<T>(run: (context: X) => Promise<T>, fallback: NoInfer<T>, options?: PartOptions): Part<T, 'fallback'>
}

/** Parts by name. */
export type Parts = Readonly<Record<string, Part>>

/** What went wrong with one part, as far as callers may know. */
interface SectionError {
  readonly code: string
  readonly message: string
}

/** What an aggregate answers for one part. */
export type Section<P> =
  P extends Part<infer T, infer N>
    ? N extends 'required'
      ? { readonly status: 'ok'; readonly data: T }
      : N extends 'optional'
        ? { readonly status: 'ok'; readonly data: T } | { readonly status: 'error'; readonly error: SectionError }
        : { readonly status: 'ok'; readonly data: T } | { readonly status: 'fallback'; readonly data: T; readonly error: SectionError }
    : never

/** What an aggregate answers. */
export type AggregateAnswer<A> =
  A extends Aggregate<infer P> ? { readonly generatedAt: string; readonly sections: { readonly [K in keyof P]: Section<P[K]> } } : never

/** An answer put together from several services. */
export interface Aggregate<P extends Parts = Parts> {
  /** Stable name, e.g. `dashboard`. */
  readonly id: string
  readonly operation: OperationDefinition
  readonly uses: readonly Contract[]
  readonly parts: P
}

/** What an aggregate is made of. */
export interface AggregateSpec<U extends readonly Contract[], I extends TSchema, P extends Parts> {
  readonly access: Access
  readonly summary: string
  /** Contracts whose operations the parts call. */
  readonly uses: U
  /** Path parameters and query string. Default none. */
  readonly input?: I
  /** Time for the whole; each part gets 85 % of it. Default {@link AGGREGATE_MS}. */
  readonly timeoutMs?: number
  /** Names it in metrics and the API's reference. Default: the last fixed segment of its path. */
  readonly id?: string
  /** The parts; they run in parallel. */
  readonly parts: (makers: PartMakers<AggregateContext<U, Static<I>>>) => P
}

/** A person waits for it, and late parts can be left out. */
const AGGREGATE_MS = 2_000

/** The parts' share of the time: what is left is for putting them together and sending them. */
export const PART_SHARE = 0.85

const SPEC = partsOf<AggregateSpec<[], TSchema, Parts>>({
  access: true,
  summary: true,
  uses: true,
  input: true,
  timeoutMs: true,
  id: true,
  parts: true,
})
const PART_OPTIONS = partsOf<PartOptions>({ schema: true })

const MAKERS: PartMakers<unknown> = {
  required: (run, options) => ({ need: 'required', run, fallback: undefined, schema: schemaOf(options) }),
  optional: (run, options) => ({ need: 'optional', run, fallback: undefined, schema: schemaOf(options) }),
  withFallback: (run, fallback, options) => ({ need: 'fallback', run, fallback, schema: schemaOf(options) }),
}

function schemaOf(options: PartOptions = {}): TSchema | undefined {
  onlyOptions('a part of an aggregate', options, PART_OPTIONS)
  return options.schema
}

/**
 * Declares an answer put together from several services, in parallel, under one deadline. The answer says of each part how it went.
 * @example
 * aggregate('GET /api/dashboard', {
 *   access: 'user', summary: 'What a user sees first', uses: [orders, recommendations],
 *   parts: ({ required, withFallback }) => ({
 *     orders: required(({ call }) => call.orders.list({ limit: 5 })),
 *     recommendations: withFallback(({ call }) => call.recommendations.list({}), { items: [], nextCursor: null }),
 *   }),
 * })
 */
export function aggregate<const U extends readonly Contract[], P extends Parts, I extends TSchema = ReturnType<typeof noInput>>(
  route: RouteText & `GET /${string}`,
  spec: AggregateSpec<U, I, P>,
): Aggregate<P> {
  onlyOptions(`aggregate "${route}"`, spec, SPEC)
  if (typeof spec.parts !== 'function')
    misuse(`aggregate "${route}" has parts ${shownValue(spec.parts)}; give a function of the makers of parts`)
  const parts = spec.parts(MAKERS as PartMakers<AggregateContext<U, Static<I>>>)
  if (Object.keys(parts).length === 0) misuse(`aggregate "${route}" has no parts; give it at least one`)
  const operation = query(route, {
    input: spec.input ?? noInput(),
    output: answerSchema(parts),
    access: spec.access,
    summary: spec.summary,
    timeoutMs: spec.timeoutMs ?? AGGREGATE_MS,
  })
  if (operation.route.method !== 'GET') misuse(`aggregate "${route}" must be a GET: it only reads`)
  const id = spec.id ?? lastWord(route)
  if (spec.id !== undefined) assertName(`aggregate "${route}": id`, id, NAMES.part)
  for (const name of Object.keys(parts)) assertName(`aggregate "${id}": part`, name, NAMES.operation)
  checkOperation(`aggregate "${id}"`, operation)
  return { id, operation, uses: spec.uses, parts }
}

function noInput() {
  return Type.Object({})
}

function lastWord(route: string): string {
  const words = route.split(/[ /]/).filter((word) => word !== '' && !word.startsWith(':'))
  return words.at(-1) as string
}

/** The frame, with what the parts say of themselves. */
function answerSchema(parts: Parts): TSchema {
  const sections = Object.entries(parts).map(([name, part]) => [name, sectionSchema(part)])
  return Type.Object({
    generatedAt: Type.String({ format: 'date-time' }),
    sections: Type.Object(Object.fromEntries(sections) as Record<string, TSchema>),
  })
}

function sectionSchema({ need, schema, fallback }: Part): TSchema {
  const error = Type.Optional(Type.Object({ code: Type.String(), message: Type.String() }))
  const data = schema === undefined ? Type.Unknown() : needsNull(schema, fallback) ? Type.Union([schema, Type.Null()]) : schema
  if (need === 'required') return Type.Object({ status: Type.Literal('ok'), data })
  if (need === 'optional') return Type.Object({ status: Type.Enum(['ok', 'error']), data: Type.Optional(data), error })
  return Type.Object({ status: Type.Enum(['ok', 'fallback']), data, error })
}

/** A fallback need not be what the operation answers; most often it is nothing. */
function needsNull(schema: TSchema, fallback: unknown): boolean {
  return fallback === null && !schemaCheck(schema).fits(null)
}
