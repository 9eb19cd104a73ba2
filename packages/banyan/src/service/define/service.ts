import type { Contract } from '../../contract/contract.ts'
import { partsOf } from '../../kernel/form.ts'
import { checkParts } from './check-parts.ts'
import type { AuditHandler, OperationHandler, ServiceDefinition } from './define.ts'
import { partChecks } from './part-checks.ts'
import type { RawRoutes, Service, ServiceParts } from './service-parts.ts'

/** Fails to compile, naming the operations that have no handler. */
export type Complete<C extends Contract, O extends readonly OperationHandler[]> =
  Exclude<keyof C['operations'], O[number]['name']> extends never
    ? unknown
    : { readonly missingOperations: Exclude<keyof C['operations'], O[number]['name']> }

/** Fails to compile, naming the audit queries that have no handler. */
export type Answered<C extends Contract, A extends readonly AuditHandler[]> =
  Exclude<keyof C['audits'], A[number]['name']> extends never
    ? unknown
    : { readonly missingAudits: Exclude<keyof C['audits'], A[number]['name']> }

const PARTS = partsOf<ServiceParts<[]>>({
  operations: true,
  audits: true,
  on: true,
  sagas: true,
  projections: true,
  timers: true,
  prepare: true,
  health: true,
  routes: true,
  retention: true,
})
const ROUTES = partsOf<RawRoutes>({ prefix: true, plugin: true })

/**
 * Puts a service together. Every operation and audit query of the contract must have a handler, every event one handler per consumer, and every timer, saga and
 * read model that was defined must be listed; all are checked, the first by the compiler. Throws `misuse` that says what is missing, there twice, or
 * no part of a service.
 */
export function service<
  C extends Contract,
  const O extends readonly OperationHandler[] = readonly [],
  const A extends readonly AuditHandler[] = readonly [],
>(definition: ServiceDefinition<C>, parts: ServiceParts<O, A> & Complete<C, O> & Answered<C, A>): Service<C['name']> {
  const check = partChecks(definition.contract.name)
  check.options('service()', parts ?? null, PARTS)
  check.options('routes', parts.routes, ROUTES)
  if (parts.routes !== undefined) check.callable('plugin of routes', parts.routes.plugin)
  if (parts.prepare !== undefined) check.callable('prepare', parts.prepare)
  const whole: Service<C['name']> = {
    name: definition.contract.name,
    definition,
    parts: {
      operations: parts.operations ?? [],
      audits: parts.audits ?? [],
      on: parts.on ?? [],
      sagas: parts.sagas ?? [],
      projections: parts.projections ?? [],
      timers: parts.timers ?? [],
      health: parts.health ?? {},
      retention: parts.retention ?? {},
      ...(parts.prepare ? { prepare: parts.prepare } : {}),
      ...(parts.routes ? { routes: parts.routes } : {}),
    },
  }
  checkParts(whole)
  return whole
}
