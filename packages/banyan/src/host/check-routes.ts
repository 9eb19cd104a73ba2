import { refuseCollisions, routedOperations } from '../contract/colliding-routes.ts'
import type { Contract } from '../contract/contract.ts'
import { misuse } from '../kernel/error.ts'
import type { Service } from '../service/define/service-parts.ts'

/**
 * Throws `misuse` when requests could mean operations of two services: routes that match the same paths, whatever their parameters are called,
 * and raw routes that take what another service offers.
 */
export function checkRoutes(services: readonly Service[], contracts: readonly Contract[]): void {
  const routed = contracts.flatMap(({ name, operations }) => routedOperations(name, operations))
  refuseCollisions(routed)
  const raw = services.flatMap(({ name, parts }) => (parts.routes ? [{ service: name, prefix: parts.routes.prefix }] : []))
  raw.forEach(({ service, prefix }, index) => {
    const other = raw.find((one, place) => place < index && (isWithin(one.prefix, prefix) || isWithin(prefix, one.prefix)))
    if (other)
      misuse(
        `the raw routes of ${other.service} (${other.prefix}) and ${service} (${prefix}) take the same paths; give them prefixes of their own`,
      )
    const hidden = routed.find((one) => one.service !== service && isWithin(one.route.path, prefix))
    if (hidden) misuse(`the raw routes of ${service} (${prefix}) take the path of ${hidden.id} (${hidden.route.path}); change one`)
  })
}

function isWithin(path: string, prefix: string): boolean {
  return path === prefix || path.startsWith(`${prefix}/`)
}
