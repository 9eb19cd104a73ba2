import type { EdgeService } from 'banyan/host'
import { aggregateRoute } from './aggregate-route.ts'
import type { Edge } from './edge.ts'
import type { EdgeMeters } from './edge-meters.ts'
import type { EdgeRoute } from './edge-route.ts'
import { operationRoute } from './operation-route.ts'
import { operatorContract } from './operator-contract.ts'
import { operatorRoutes } from './operator-routes.ts'
import type { GatewayOptions } from './options.ts'
import { platformRoutes } from './platform-routes.ts'
import { referenceRoutes } from './reference-routes.ts'
import { passAddress } from './rate-gate.ts'
import { createRouter, type PrefixEntry, type Router } from './router.ts'

/** Compiles all routes of an edge once. Throws `misuse` when two of them match the same paths. */
export function compileRoutes(edge: Edge, meters: EdgeMeters, options: GatewayOptions): Router<EdgeRoute> {
  const { services } = edge.host
  const operator = operatorContract(edge.operatorRoles)
  const routes = [
    ...services.flatMap((service) => serviceRoutes(edge, meters, service)),
    ...(options.aggregates ?? []).map((one) => aggregateRoute(edge, meters, one)),
    ...operatorRoutes(edge, operator, meters),
    ...platformRoutes(edge, meters),
    ...referenceRoutes(edge, meters, options, operator),
  ]
  edge.limiters.checkNames()
  const prefixes = services.flatMap((service) => rawPrefix(edge, meters, service))
  return createRouter(
    routes.map((route) => ({ route: route.route, to: route })),
    prefixes,
  )
}

/** Operations that are internal have no route: for a stranger they do not exist. */
function serviceRoutes(edge: Edge, meters: EdgeMeters, { contract, readModel }: EdgeService): EdgeRoute[] {
  return Object.entries(contract.operations)
    .filter(([, operation]) => operation.access !== 'internal')
    .map(([name, operation]) => {
      const id = `${contract.name}.${name}`
      return operationRoute(edge, {
        id,
        operation,
        meter: meters.route(id, operation.route.method),
        service: contract.name,
        reads: [readModel(name)],
        run: (input, scope) => edge.host.transport.send({ service: contract.name, operation: name, input, scope }),
      })
    })
}

/** A raw route has authentication of its own; the edge counts it by address and takes away what a client must not claim. */
function rawPrefix(edge: Edge, meters: EdgeMeters, { contract, raw }: EdgeService): PrefixEntry<EdgeRoute>[] {
  if (raw === undefined) return []
  const id = `${contract.name}.raw`
  const to: EdgeRoute = {
    id,
    route: { method: 'GET', path: `${raw.prefix}/*`, segments: [] },
    meter: meters.route(id, 'any'),
    serve(exchange) {
      if (!passAddress(edge, exchange)) return
      edge.answers.handOver(exchange)
      raw.handle(exchange.request, exchange.response)
    },
  }
  return [{ prefix: raw.prefix, to }]
}
