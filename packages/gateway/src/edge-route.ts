import type { Route } from 'banyan/contract'
import type { Exchange } from './exchange.ts'
import type { RouteMeter } from './edge-meters.ts'

/** What the edge does for one route. */
export interface EdgeRoute {
  /** E.g. `orders.create`; stable, used in metrics, spans and OpenAPI. */
  readonly id: string
  readonly route: Pick<Route, 'method' | 'path' | 'segments'>
  readonly meter: RouteMeter
  /** Answers the exchange; what it throws becomes a problem document. */
  serve(exchange: Exchange): void | Promise<void>
}
