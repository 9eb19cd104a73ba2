import type { Exchange, MatchedRoute } from '../http/exchange.ts'

/** What the gateway does for one route. */
export interface GatewayRoute extends MatchedRoute {
  /** Answers the exchange; what it throws becomes a problem document. */
  serve(exchange: Exchange): void | Promise<void>
}
