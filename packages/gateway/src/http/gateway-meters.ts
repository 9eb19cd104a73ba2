import type { Counter, Histogram, Metrics } from 'banyan/telemetry'

/** Counts the answers of one route. */
export interface RouteMeter {
  /** Counts an answer of this status that took `seconds`. */
  count(status: number, seconds: number): void
}

/** Meters of a gateway. */
export interface GatewayMeters {
  route(id: string, method: string): RouteMeter
}

/** Counts a request or connection that a limit refused, by the name of the limit. */
export type Refused = (limit: string) => void

/** Declares the metric of refusals. */
export function createRefused(metrics: Metrics): Refused {
  const refusals = metrics.counter({
    name: 'banyan_gateway_refused_total',
    help: 'Requests and connections that a limit refused, by limit.',
    labels: ['limit'],
  })
  return (limit) => refusals.handle(limit).add()
}

/** What is read when somebody looks at the metrics. */
export interface GatewayGauges {
  readonly inFlight: () => number
  readonly connections: () => number
  readonly unreadBytes: () => number
  readonly arrivingBytes: () => number
}

/** Declares the gateway's metrics. */
export function createGatewayMeters(metrics: Metrics, gauges: GatewayGauges): GatewayMeters {
  const requests = metrics.counter({
    name: 'banyan_gateway_requests_total',
    help: 'Requests answered, by route, method and status.',
    labels: ['route', 'method', 'status'],
  })
  const durations = metrics.histogram({
    name: 'banyan_gateway_request_duration_seconds',
    help: 'Time from the request head to the answer.',
    labels: ['route', 'method'],
  })
  metrics.gauge({ name: 'banyan_gateway_requests_in_flight', help: 'Requests that are not answered yet.' }, gauges.inFlight)
  metrics.gauge({ name: 'banyan_gateway_connections', help: 'Open connections.' }, gauges.connections)
  metrics.gauge({ name: 'banyan_gateway_unread_bytes', help: 'Bytes of answers that clients have not read yet.' }, gauges.unreadBytes)
  metrics.gauge({ name: 'banyan_gateway_arriving_bytes', help: 'Bytes of bodies that have not arrived as a whole.' }, gauges.arrivingBytes)
  return {
    route(id, method) {
      const byStatus = new Map<number, Counter>()
      let duration: Histogram | undefined
      return {
        count(status, seconds) {
          let counter = byStatus.get(status)
          if (counter === undefined) byStatus.set(status, (counter = requests.handle(id, method, String(status))))
          counter.add()
          ;(duration ??= durations.handle(id, method)).observe(seconds)
        },
      }
    },
  }
}
