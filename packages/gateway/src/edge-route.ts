import type { Exchange, MatchedRoute } from './exchange.ts'

/** What the edge does for one route. */
export interface EdgeRoute extends MatchedRoute {
  /** Answers the exchange; what it throws becomes a problem document. */
  serve(exchange: Exchange): void | Promise<void>
}
