import type { Contract } from '../../contract/contract.ts'
import { checkParts } from './check-parts.ts'
import type { OperationHandler, ServiceDefinition } from './define.ts'
import type { Service, ServiceParts } from './service-parts.ts'

/** Fails to compile, naming the operations that have no handler. */
export type Complete<C extends Contract, O extends readonly OperationHandler[]> =
  Exclude<keyof C['operations'], O[number]['name']> extends never
    ? unknown
    : { readonly missingOperations: Exclude<keyof C['operations'], O[number]['name']> }

/**
 * Puts a service together. Every operation of the contract must have a handler, every event one handler per consumer, and every timer, saga and
 * read model that was defined must be listed; all are checked, the first by the compiler. Throws `misuse` that says what is missing or there twice.
 */
export function service<C extends Contract, const O extends readonly OperationHandler[] = readonly []>(
  definition: ServiceDefinition<C>,
  parts: ServiceParts<O> & Complete<C, O>,
): Service<C['name']> {
  const whole: Service<C['name']> = {
    name: definition.contract.name,
    definition,
    parts: {
      operations: parts.operations ?? [],
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
