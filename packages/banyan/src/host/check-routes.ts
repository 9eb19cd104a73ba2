import { routeShape } from '../contract/route.ts'
import { misuse } from '../kernel/error.ts'
import type { Service } from '../service/service.ts'

/** An operation that has a route. */
interface Routed {
  readonly id: string
  readonly service: string
  readonly path: string
  readonly method: string
  readonly shape: string
}

/**
 * Throws `misuse` when requests could mean operations of two services: routes that match the same paths, whatever their parameters are called,
 * and raw routes that take what another service offers.
 */
export function checkRoutes(services: readonly Service[]): void {
  const routed = services.flatMap(routedOperations)
  const taken = new Map<string, Routed>()
  for (const one of routed) {
    const other = taken.get(one.shape)
    if (other)
      misuse(`${other.id} and ${one.id} have routes that match the same paths: ${one.method} ${other.path} and ${one.path}; change one`)
    taken.set(one.shape, one)
  }
  const raw = services.flatMap(({ name, parts }) => (parts.routes ? [{ service: name, prefix: parts.routes.prefix }] : []))
  raw.forEach(({ service, prefix }, index) => {
    const other = raw.find((one, place) => place < index && (isWithin(one.prefix, prefix) || isWithin(prefix, one.prefix)))
    if (other)
      misuse(
        `the raw routes of ${other.service} (${other.prefix}) and ${service} (${prefix}) take the same paths; give them prefixes of their own`,
      )
    const hidden = routed.find((one) => one.service !== service && isWithin(one.path, prefix))
    if (hidden) misuse(`the raw routes of ${service} (${prefix}) take the path of ${hidden.id} (${hidden.path}); change one`)
  })
}

function routedOperations({ name: service, definition }: Service): Routed[] {
  return Object.entries(definition.contract.operations)
    .filter(([, { access }]) => access !== 'internal')
    .map(([name, { route }]) => ({
      id: `${service}.${name}`,
      service,
      path: route.path,
      method: route.method,
      shape: routeShape(route),
    }))
}

function isWithin(path: string, prefix: string): boolean {
  return path === prefix || path.startsWith(`${prefix}/`)
}
