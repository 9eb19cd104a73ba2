import type { FastifyInstance } from 'fastify'
import type { ProjectionDefinition } from '../../projection/projection.ts'
import type { SagaDefinition } from '../../saga/saga.ts'
import type { HandlerContext, TimerDefinition } from './context.ts'
import type { AuditHandler, EventSubscription, OperationHandler, ServiceDefinition } from './define.ts'
import type { Retention } from './retention.ts'

/** A named check of the service's health; throws what is wrong. */
export type HealthCheck = (context: ServiceContext) => Promise<void>

/** What code of a service outside of handlers gets: health checks, seeds, background work, raw routes. */
// oxlint-disable-next-line typescript/no-explicit-any -- the parts' own types are known where they are defined
export type ServiceContext = HandlerContext<any, any, any, any>

/** Raw HTTP of a service: webhooks, streams, any Fastify plugin. */
export interface RawRoutes {
  /** Paths that belong to the plugin, e.g. `/api/payments/webhooks`. Authentication and limits are the plugin's own there. */
  readonly prefix: `/${string}`
  /** Registers routes with full paths on a Fastify instance of the service's own. */
  readonly plugin: (app: FastifyInstance, open: () => ServiceContext) => Promise<void>
}

/** The parts of a service. */
export interface ServiceParts<O extends readonly OperationHandler[], A extends readonly AuditHandler[] = readonly AuditHandler[]> {
  readonly operations?: O
  /** Answers to audits; one for each audit query of the contract. */
  readonly audits?: A
  readonly on?: readonly EventSubscription[]
  // oxlint-disable-next-line typescript/no-explicit-any -- sagas of different inputs stand in one list
  readonly sagas?: readonly SagaDefinition<any, any, any>[]
  readonly projections?: readonly ProjectionDefinition[]
  // oxlint-disable-next-line typescript/no-explicit-any -- timers of different data stand in one list
  readonly timers?: readonly TimerDefinition<any>[]
  /** Runs once the store is open and before anything is served, e.g. to seed; it must be safe to run at every start. */
  readonly prepare?: (context: ServiceContext) => Promise<void>
  /** Named checks for `/health/ready`, besides the store's. */
  readonly health?: Readonly<Record<string, HealthCheck>>
  readonly routes?: RawRoutes
  /** What is kept for how long. Default: ended sagas 30 days, the audit trail 400 days, events for ever. */
  readonly retention?: Retention
}

/** A service, ready to be placed in a process. */
export interface Service<N extends string = string> {
  readonly name: N
  readonly definition: ServiceDefinition
  readonly parts: Required<
    Pick<
      ServiceParts<readonly OperationHandler[]>,
      'operations' | 'audits' | 'on' | 'sagas' | 'projections' | 'timers' | 'health' | 'retention'
    >
  > &
    Pick<ServiceParts<readonly OperationHandler[]>, 'prepare' | 'routes'>
}
