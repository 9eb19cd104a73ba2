import type { TSchema } from 'typebox'
import { partsOf } from '../kernel/form.ts'
import { misuse } from '../kernel/error.ts'
import { assertName, NAMES } from '../kernel/name.ts'
import { PLATFORM } from './access.ts'
import type { Audits } from './audit.ts'
import { checkEvent, checkOperation } from './check-contract.ts'
import { checkAuditForm, checkContractForm } from './check-spec.ts'
import { refuseCollisions, routedOperations } from './colliding-routes.ts'
import type { EventData, EventDefinition } from './event.ts'
import type { Input, OperationDefinition, Output } from './operation.ts'

/** Operations by name. The `any` arguments keep each operation's own inferred types assignable. */
// oxlint-disable-next-line typescript/no-explicit-any -- a bound of unknown would reject every concrete schema
export type Operations = Readonly<Record<string, OperationDefinition<any, any, any>>>
/** Events by type. */
// oxlint-disable-next-line typescript/no-explicit-any -- as above
export type Events = Readonly<Record<string, EventDefinition<any>>>

/** What a service offers: the only thing of it that others may import (law 1). */
export interface Contract<
  N extends string = string,
  O extends Operations = Operations,
  E extends Events = Events,
  A extends Audits = Audits,
> {
  readonly name: N
  readonly operations: O
  readonly events: E
  /** What the service tells of its books when the platform's invariants are checked. */
  readonly audits: A
  /** Schemas that have a name in the API's reference, as `<contract>.<name>`. */
  readonly schemas?: Readonly<Record<string, TSchema>>
}

/** What a contract is declared with. */
export interface ContractSpec<O extends Operations = Operations, E extends Events = Events, A extends Audits = Audits> {
  readonly operations?: O
  readonly events?: E
  readonly audits?: A
  readonly schemas?: Readonly<Record<string, TSchema>>
}

const PARTS = partsOf<ContractSpec>({ schemas: true, operations: true, events: true, audits: true })

/**
 * Declares a contract. `schemas` names schemas for the API's reference and for the types of generated clients: wherever one of them stands in an
 * operation of any contract, the reference says `orders.Order` instead of repeating it. Throws `misuse` for names that cannot travel in a path, a topic
 * or a database, and for what refers to fields that are not there.
 * @example contract('orders', { schemas: { Order, OrderLine }, operations: { get: query('GET /api/orders/:id', { output: Order, … }) } })
 */
export function contract<const N extends string, O extends Operations = {}, E extends Events = {}, A extends Audits = {}>(
  name: N,
  spec: ContractSpec<O, E, A>,
): Contract<N, O, E, A> {
  checkContractForm(name, spec, PARTS)
  assertName('contract name', name, NAMES.service)
  if (name === PLATFORM.subject) misuse(`a contract is called "${name}", as the platform itself is when it calls; give it another name`)
  for (const type of Object.keys(spec.events ?? {})) assertName(`${name}: event`, type, NAMES.event)
  for (const schema of Object.keys(spec.schemas ?? {})) assertName(`${name}: schema`, schema, NAMES.schema)
  for (const operation of Object.keys(spec.operations ?? {})) assertName(`${name}: operation`, operation, NAMES.operation)
  for (const audit of Object.keys(spec.audits ?? {})) assertName(`${name}: audit`, audit, NAMES.operation)
  const operations = Object.entries(spec.operations ?? {})
  for (const [operation, definition] of operations) checkOperation(`${name}.${operation}`, definition)
  refuseCollisions(routedOperations(name, spec.operations ?? {}))
  for (const [type, definition] of Object.entries(spec.events ?? {})) checkEvent(name, type, definition)
  for (const [audit, definition] of Object.entries(spec.audits ?? {})) checkAuditForm(`audit "${audit}" of ${name}`, definition)
  return {
    name,
    operations: spec.operations ?? ({} as O),
    events: spec.events ?? ({} as E),
    audits: spec.audits ?? ({} as A),
    ...(spec.schemas ? { schemas: spec.schemas } : {}),
  }
}

/** How one call differs from the default. */
export interface CallOptions {
  /** Makes a command run once however often it is sent. Default: none, or a key derived by the saga step that calls. */
  readonly key?: string
  /** Milliseconds for this call. Never extends the caller's own deadline. */
  readonly timeoutMs?: number
  /**
   * Gives the call up when it aborts: the caller gets `cancelled` at once, and the callee's `abandoned()` turns true. What the callee began
   * may be finished all the same.
   */
  readonly signal?: AbortSignal | undefined
}

/** A typed client of a contract: one function per operation. Declared errors are thrown; see `failedWith`. */
export type Client<C extends Contract> = {
  readonly [K in keyof C['operations']]: (input: Input<C['operations'][K]>, options?: CallOptions) => Promise<Output<C['operations'][K]>>
}

/** Clients of several contracts by name. */
export type Clients<U extends readonly Contract[]> = { readonly [C in U[number] as C['name']]: Client<C> }

/** Event types of a contract. */
export type EventType<C extends Contract> = keyof C['events'] & string

/** All events of several contracts: type to data. */
export type EventMap<U extends readonly Contract[]> = {
  [C in U[number] as C['name']]: C['events']
} extends infer Sources
  ? { [T in EventTypeOf<Sources[keyof Sources]>]: EventDataOf<Sources[keyof Sources], T> }
  : never

type EventTypeOf<E> = E extends Events ? keyof E & string : never
type EventDataOf<E, T extends string> = E extends Events ? (T extends keyof E ? EventData<E[T]> : never) : never
