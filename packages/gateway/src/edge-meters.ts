import type { Counter, Histogram, Metrics } from 'banyan/telemetry'

/** Counts the answers of one route. */
export interface RouteMeter {
  /** Counts an answer of this status that took `seconds`. */
  count(status: number, seconds: number): void
}

/** Meters of an edge. */
export interface EdgeMeters {
  route(id: string, method: string): RouteMeter
  /** Counts a request or connection that a limit refused. */
  refused(limit: string): void
}

/** Declares the edge's metrics. `inFlight` is read when somebody looks. */
export function createEdgeMeters(metrics: Metrics, inFlight: () => number): EdgeMeters {
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
  metrics.gauge({ name: 'banyan_gateway_requests_in_flight', help: 'Requests that are not answered yet.' }, inFlight)
  const refusals = metrics.counter({
    name: 'banyan_gateway_refused_total',
    help: 'Requests and connections that a limit refused, by limit.',
    labels: ['limit'],
  })
  return {
    refused: (limit) => refusals.handle(limit).add(),
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
