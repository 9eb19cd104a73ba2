import type { Static, TSchema } from 'typebox'
import type { AuditInput, AuditOutput } from '../../contract/audit.ts'
import type { Contract, EventMap } from '../../contract/contract.ts'
import type { Input, Output } from '../../contract/operation.ts'
import type { ReceivedEvent } from '../../events/reading/received-event.ts'
import type { Runtime } from '../../kernel/runtime.ts'
import type { IfSendable, Sendable } from '../../kernel/sendable.ts'
import type { ProjectionDefinition, ProjectionHandlers, TableName } from '../../projection/projection.ts'
import type { SagaControl, SagaDefinition, SagaOptions } from '../../saga/saga.ts'
import type { StoreDefinition, WithSql } from '../../store/definition.ts'
import { noTables } from '../../store/definition.ts'
import { partsOf } from '../../kernel/form.ts'
import { type PartChecks, partChecks } from './part-checks.ts'
import type { AuditSnapshot, HandlerContext, OperationContext, StepContext, TimerDefinition } from './context.ts'

/** What a service opens at its start. Values with `[Symbol.asyncDispose]` are disposed at its stop. */
export interface ResourceOptions {
  readonly runtime: Runtime
  /** Directory of this service alone; created on first use by whoever writes there. */
  readonly directory: string
  /** The process's environment, handed over by the entry point. */
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** What a service's handlers may reach. */
export interface DefineOptions<U extends readonly Contract[], L extends readonly Contract[], R extends object, S> {
  /** Contracts whose operations may be called and whose events may be handled. Others are compile errors. They start before this service. */
  readonly uses?: U
  /** Contracts whose events may be handled, but not their operations called. Nobody waits for them, so two services may listen to each other. */
  readonly listens?: L
  /** Tables and repository. Default: none. */
  readonly store?: StoreDefinition<R>
  /** Opens what handlers find as `resources`, e.g. a provider's client. */
  readonly resources?: (options: ResourceOptions) => Promise<S>
  /** Names of files and folders that `resources` keeps in the service's directory; those that an earlier release left in that of all are moved there. */
  readonly files?: readonly string[]
}

/** An implemented operation. */
export interface OperationHandler<N extends string = string> {
  readonly kind: 'operation'
  readonly name: N
  // oxlint-disable-next-line typescript/no-explicit-any -- handlers of differently typed operations stand in one list
  readonly handler: (input: any, context: any) => Promise<any>
  // oxlint-disable-next-line typescript/no-explicit-any -- as above
  readonly answer: ((output: any, context: any) => Promise<any>) | undefined
  /** Projections that it reads; undefined for all of the service. */
  readonly reads: readonly ProjectionDefinition[] | undefined
}

/** An implemented audit query. */
export interface AuditHandler<N extends string = string> {
  readonly kind: 'audit'
  readonly name: N
  // oxlint-disable-next-line typescript/no-explicit-any -- handlers of differently typed queries stand in one list
  readonly handler: (input: any, snapshot: any) => Promise<any>
}

/** How an operation differs from the default. */
export interface OperationHandlerOptions<O, X> {
  /**
   * Turns what was committed into the answer, also when the answer is a repetition for the same key; it must only read.
   * E.g. waits for a settled state when the caller asked for it.
   */
  readonly answer?: (output: O, context: X) => Promise<O>
  /**
   * Projections that it reads: a caller who sends the token of a write with `Banyan-After` waits until these have it. Default: all of the
   * service. An empty list for an operation that reads the service's own tables, where every write can be seen at once.
   */
  readonly reads?: readonly ProjectionDefinition[]
}

/** Where a new consumer begins. */
export type SubscriptionStart = 'beginning' | 'now'

/** A handler of an event. */
export interface EventSubscription {
  readonly kind: 'subscription'
  readonly type: string
  readonly consumer: string
  readonly from: SubscriptionStart
  readonly when: ((data: never) => boolean) | undefined
  // oxlint-disable-next-line typescript/no-explicit-any -- handlers of differently typed events stand in one list
  readonly handler: (event: any, context: any) => Promise<unknown>
}

/** How a subscription differs from the default. */
export interface SubscriptionOptions<D = never> {
  /**
   * Which events to handle, by their data alone; others are passed over at next to no cost: no transaction, no span, no attempt.
   * One that throws counts as true, so that the handler reports what is wrong. Default: all.
   * @example on('order.confirmed', ship, { when: ({ flow }) => flow === 'choreography' })
   */
  readonly when?: (data: D) => boolean
  /**
   * Name of the consumer whose order and cursor it shares. Default {@link MAIN_CONSUMER}: all subscriptions of a service see
   * one source's events of one key in order. Give another name to a second handler of the same event.
   */
  readonly consumer?: string
  /** Where a new consumer begins. Default `beginning`. */
  readonly from?: SubscriptionStart
}

/** Consumer of subscriptions that name none. */
export const MAIN_CONSUMER = 'main'

/** What a read model is made of. */
export interface ProjectionSpec<U extends readonly Contract[]> {
  /** Creates the tables; see {@link ProjectionDefinition}. */
  readonly tables: (table: TableName) => readonly string[]
  readonly on: ProjectionHandlers<U>
  /** Grows when tables or handlers change. Default 1. */
  readonly version?: number
}

/** Makers of a service's parts, typed by its contract, its dependencies and its store. */
export interface Definers<C extends Contract, U extends readonly Contract[], L extends readonly Contract[], R extends object, S> {
  /** Implements an operation of the contract. */
  operation<N extends keyof C['operations'] & string>(
    name: N,
    handler: (
      input: Input<C['operations'][N]>,
      context: OperationContext<C, U, R, S, C['operations'][N]>,
    ) => Promise<Output<C['operations'][N]>>,
    options?: OperationHandlerOptions<Output<C['operations'][N]>, OperationContext<C, U, R, S, C['operations'][N]>>,
  ): OperationHandler<N>
  /**
   * Implements an audit query of the contract. The handler is the body of one read apart: it sees one snapshot, holds nobody, and may run again.
   * @example audit('totals', async (_input, { ledger }) => ({ minor: await ledger.total() }))
   */
  audit<N extends keyof C['audits'] & string>(
    name: N,
    handler: (input: AuditInput<C['audits'][N]>, snapshot: AuditSnapshot<R>) => Promise<AuditOutput<C['audits'][N]>>,
  ): AuditHandler<N>
  /** Handles an event of a dependency or of the service itself; at least once until its transaction commits, at most once after (P2, P3). */
  on<T extends keyof EventMap<readonly [C, ...U, ...L]> & string>(
    type: T,
    handler: (event: ReceivedEvent<T, EventMap<readonly [C, ...U, ...L]>[T]>, context: HandlerContext<C, U, R, S>) => Promise<unknown>,
    options?: SubscriptionOptions<EventMap<readonly [C, ...U, ...L]>[T]>,
  ): EventSubscription
  /**
   * Defines a saga; start it with `tx.start`. With a schema as `input` its type is that of the schema, and nothing else gets into it.
   * @example saga('refund', async (s, { orderId }) => { … }, { input: Type.Object({ orderId: Type.String() }) })
   */
  saga<T extends TSchema, O>(
    name: string,
    run: ((control: SagaControl<StepContext<C, U, R, S>>, input: Static<T>) => Promise<O>) &
      IfSendable<O, (control: never, input: Static<T>) => Promise<Sendable<O>>>,
    options: SagaOptions & { readonly input: T },
  ): SagaDefinition<StepContext<C, U, R, S>, Static<T>, O>
  saga<I, O>(
    name: string,
    run: ((control: SagaControl<StepContext<C, U, R, S>>, input: I) => Promise<O>) &
      IfSendable<{ input: I; output: O }, (control: never, input: Sendable<I>) => Promise<Sendable<O>>>,
    options?: SagaOptions,
  ): SagaDefinition<StepContext<C, U, R, S>, I, O>
  /** Defines a durable timer; set it with `tx.schedule`. */
  timer<D>(
    name: string,
    handler: ((data: D, context: HandlerContext<C, U, R, S>) => Promise<unknown>) & IfSendable<D, (data: Sendable<D>) => unknown>,
  ): TimerDefinition<D>
  /** Defines a read model. */
  projection(name: string, spec: ProjectionSpec<readonly [C, ...U, ...L]>): ProjectionDefinition
  /** What `service` needs of it; not for handlers. */
  readonly definition: ServiceDefinition<C>
}

/** Names of what was defined for a service and must be listed to run. */
export interface Made {
  readonly timers: ReadonlySet<string>
  readonly sagas: ReadonlySet<string>
  readonly projections: ReadonlySet<string>
}

/** Contract, dependencies and store of a service. */
export interface ServiceDefinition<C extends Contract = Contract> {
  readonly contract: C
  /** Called; started before this service. */
  readonly uses: readonly Contract[]
  /** Listened to only. */
  readonly listens: readonly Contract[]
  readonly store: StoreDefinition
  readonly resources: ((options: ResourceOptions) => Promise<unknown>) | undefined
  /** Names of what it keeps in its directory. */
  readonly files: readonly string[]
  /** Grows as parts are defined; what is in it and not listed is refused by `service`. */
  readonly made: Made
}

/** Where a subscription may begin. */
const STARTS: readonly SubscriptionStart[] = ['beginning', 'now']
const DEFINE_OPTIONS = partsOf<DefineOptions<[], [], object, unknown>>({
  uses: true,
  listens: true,
  store: true,
  resources: true,
  files: true,
})
const HANDLER_OPTIONS = partsOf<OperationHandlerOptions<unknown, unknown>>({ answer: true, reads: true })
const SUBSCRIPTION_OPTIONS = partsOf<SubscriptionOptions>({ when: true, consumer: true, from: true })
const SAGA_OPTIONS = partsOf<SagaOptions>({ deadline: true, version: true, input: true })
const PROJECTION_PARTS = partsOf<ProjectionSpec<[]>>({ tables: true, on: true, version: true })

/**
 * Says what a service's handlers may reach and returns the makers of its parts. It and they throw `misuse` for options that there are not, most of
 * them misspelt, and for names that a path, a metric or a table cannot hold.
 * @example export const { operation, on, definition } = define(inventory, { uses: [catalog], listens: [orders], store: inventoryStore })
 */
export function define<
  C extends Contract,
  const U extends readonly Contract[] = readonly [],
  const L extends readonly Contract[] = readonly [],
  R extends object = WithSql<object>,
  S = undefined,
>(contract: C, options: DefineOptions<U, L, R, S> = {}): Definers<C, U, L, R, S> {
  const made = { timers: new Set<string>(), sagas: new Set<string>(), projections: new Set<string>() }
  const check = partChecks(contract.name)
  check.options('define()', options, DEFINE_OPTIONS)
  return {
    operation(name, handler, more) {
      check.options(`operation "${name}"`, more, HANDLER_OPTIONS)
      check.callable(`handler of operation "${name}"`, handler)
      return { kind: 'operation', name, handler, answer: more?.answer, reads: more?.reads }
    },
    audit(name, handler) {
      check.callable(`handler of audit "${name}"`, handler)
      return { kind: 'audit', name, handler }
    },
    on(type, handler, more) {
      check.options(`on "${type}"`, more, SUBSCRIPTION_OPTIONS)
      const { consumer = MAIN_CONSUMER, from = 'beginning', when } = more ?? {}
      check.name('consumer', consumer)
      check.oneOf(`from of on "${type}"`, from, STARTS)
      check.callable(`handler of on "${type}"`, handler)
      if (when !== undefined) check.callable(`when of on "${type}"`, when)
      return { kind: 'subscription', type, handler, consumer, from, when }
    },
    saga(name: string, run: SagaDefinition['run'], more: SagaOptions = {}) {
      check.name('saga', name)
      check.options(`saga "${name}"`, more, SAGA_OPTIONS)
      check.callable(`function of saga "${name}"`, run)
      check.version(`saga "${name}"`, more.version ?? 1)
      return { kind: 'saga', name: noted(made.sagas, name), run, options: more } as never
    },
    timer(name, handler) {
      check.name('timer', name)
      check.callable(`handler of timer "${name}"`, handler)
      return { kind: 'timer', name: noted(made.timers, name), handler }
    },
    projection: (name, spec) => projectionOf(check, noted(made.projections, name), spec),
    definition: {
      contract,
      uses: options.uses ?? [],
      listens: options.listens ?? [],
      store: options.store ?? noTables,
      resources: options.resources,
      files: options.files ?? [],
      made,
    },
  }
}

function projectionOf(check: PartChecks, name: string, spec: ProjectionSpec<readonly Contract[]>): ProjectionDefinition {
  check.name('projection', name)
  check.options(`projection "${name}"`, spec ?? null, PROJECTION_PARTS)
  const { tables, on, version = 1 } = spec
  check.callable(`tables of projection "${name}"`, tables)
  check.version(`projection "${name}"`, version)
  return { kind: 'projection', engine: 'sql', name, tables, on: on as ProjectionDefinition['on'], version }
}

function noted(names: Set<string>, name: string): string {
  names.add(name)
  return name
}
