import { misuse } from '../kernel/error.ts'
import type { OperationDefinition } from './operation.ts'
import { type Route, routeShape } from './route.ts'

/** An operation that requests can reach. */
export interface RoutedOperation {
  /** `<service>.<operation>`. */
  readonly id: string
  readonly service: string
  readonly route: Route
}

/** Returns the operations of a service that have a route; internal ones have none. */
export function routedOperations(service: string, operations: Readonly<Record<string, OperationDefinition>>): RoutedOperation[] {
  return Object.entries(operations)
    .filter(([, { access }]) => access !== 'internal')
    .map(([name, { route }]) => ({ id: `${service}.${name}`, service, route }))
}

/** Throws `misuse` for two operations that the same requests match, whatever their parameters are called; the error names both, with their paths. */
export function refuseCollisions(routed: readonly Pick<RoutedOperation, 'id' | 'route'>[]): void {
  const taken = new Map<string, Pick<RoutedOperation, 'id' | 'route'>>()
  for (const one of routed) {
    const shape = routeShape(one.route)
    const other = taken.get(shape)
    if (other) misuse(`${routeText(other)} and ${routeText(one)} match the same paths; change one of the routes`)
    taken.set(shape, one)
  }
}

function routeText({ id, route }: Pick<RoutedOperation, 'id' | 'route'>): string {
  return `${id} (${route.method} ${route.path})`
}
