import type { GatewayService } from 'banyan/host'
import { aggregateRoute } from '../aggregate/aggregate-route.ts'
import type { GatewayContext } from '../routing/gateway-context.ts'
import type { GatewayMeters } from '../http/gateway-meters.ts'
import type { GatewayRoute } from '../routing/gateway-route.ts'
import { operationRoute } from '../routing/operation-route.ts'
import { operatorContract } from '../operator/operator-contract.ts'
import { operatorRoutes } from '../operator/operator-routes.ts'
import type { GatewayOptions } from '../options/options.ts'
import { platformRoutes } from './platform-routes.ts'
import { referenceRoutes } from './reference-routes.ts'
import { passAddress } from '../routing/rate-gate.ts'
import { createRouter, type PrefixEntry, type Router } from '../routing/router.ts'

/** Compiles all routes of a gateway once. Throws `misuse` when two of them match the same paths. */
export function compileRoutes(gateway: GatewayContext, meters: GatewayMeters, options: GatewayOptions): Router<GatewayRoute> {
  const { services } = gateway.host
  const operator = operatorContract(gateway.operatorRoles)
  const routes = [
    ...services.flatMap((service) => serviceRoutes(gateway, meters, service)),
    ...(options.aggregates ?? []).map((one) => aggregateRoute(gateway, meters, one)),
    ...operatorRoutes(gateway, operator, meters),
    ...platformRoutes(gateway, meters),
    ...referenceRoutes(gateway, meters, options, operator),
  ]
  gateway.limiters.checkNames()
  const prefixes = services.flatMap((service) => rawPrefix(gateway, meters, service))
  return createRouter(
    routes.map((route) => ({ route: route.route, to: route })),
    prefixes,
  )
}

/** Operations that are internal have no route: for a stranger they do not exist. */
function serviceRoutes(gateway: GatewayContext, meters: GatewayMeters, { contract }: GatewayService): GatewayRoute[] {
  return Object.entries(contract.operations)
    .filter(([, operation]) => operation.access !== 'internal')
    .map(([name, operation]) => {
      const id = `${contract.name}.${name}`
      return operationRoute(gateway, {
        id,
        operation,
        meter: meters.route(id, operation.route.method),
        service: contract.name,
        run: (input, scope, exchange) =>
          gateway.host.transport.send({
            service: contract.name,
            operation: name,
            definition: operation,
            input,
            scope,
            get signal() {
              return exchange.signal
            },
          }),
      })
    })
}

/** A raw route has authentication of its own; the gateway counts it by address and takes away what a client must not claim. */
function rawPrefix(gateway: GatewayContext, meters: GatewayMeters, { contract, raw }: GatewayService): PrefixEntry<GatewayRoute>[] {
  if (raw === undefined) return []
  const id = `${contract.name}.raw`
  const to: GatewayRoute = {
    id,
    route: { method: 'GET', path: `${raw.prefix}/*`, segments: [] },
    meter: meters.route(id, 'any'),
    serve(exchange) {
      if (!passAddress(gateway, exchange)) return
      gateway.answers.handOver(exchange)
      raw.handle(exchange.request, exchange.response)
    },
  }
  return [{ prefix: raw.prefix, to }]
}
