import type { IncomingMessage, ServerResponse } from 'node:http'
import { ANONYMOUS, type Principal, type Route } from 'banyan/contract'
import type { Span, TraceContext } from 'banyan/telemetry'
import type { Connection } from './connection.ts'
import type { RouteMeter } from './gateway-meters.ts'

/** What an exchange knows of its route. */
export interface MatchedRoute {
  /** E.g. `orders.create`; stable, used in metrics, spans and OpenAPI. */
  readonly id: string
  readonly route: Pick<Route, 'method' | 'path' | 'segments'>
  readonly meter: RouteMeter
}

/** One request and what is known about it so far. A class, so that all of them have one shape for the engine. */
export class Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly connection: Connection
  /** What the client calls its request, or else the correlation id. Told to people, never used as a key: anybody can choose it. */
  readonly requestId: string
  /** Names the flow that begins here in events, sagas and logs; always our own. */
  readonly correlationId: string
  readonly route: MatchedRoute
  /** Path parameters in the order of the route, percent-encoded. */
  readonly values: readonly string[]
  /** Query string without the question mark. */
  readonly search: string
  /** Monotonic milliseconds. */
  readonly startedAt: number
  readonly span: Span
  /** Headers of the answer so far, names and values in turn. */
  readonly headers: string[]
  principal: Principal = ANONYMOUS
  /** Monotonic milliseconds by which it is answered whatever happens; infinity for what is handed over. */
  answerBy: number
  /** True once an answer was begun: a later one is dropped. */
  answered = false
  #closed: AbortController | undefined

  constructor(parts: ExchangeParts) {
    this.request = parts.request
    this.response = parts.response
    this.connection = parts.connection
    this.requestId = parts.requestId
    this.correlationId = parts.correlationId
    this.route = parts.route
    this.values = parts.values
    this.search = parts.search
    this.startedAt = parts.startedAt
    this.answerBy = parts.answerBy
    this.span = parts.span
    this.headers = parts.headers
  }

  get trace(): TraceContext {
    return this.span.trace
  }

  /** Aborts when the client is gone or answered. Made when first asked for: only calls to other processes need it. */
  get signal(): AbortSignal {
    if (this.#closed) return this.#closed.signal
    const closed = (this.#closed = new AbortController())
    if (this.response.destroyed) closed.abort()
    else this.response.once('close', () => closed.abort())
    return closed.signal
  }
}

/** What an exchange begins with. */
export type ExchangeParts = Pick<
  Exchange,
  | 'request'
  | 'response'
  | 'connection'
  | 'requestId'
  | 'correlationId'
  | 'route'
  | 'values'
  | 'search'
  | 'startedAt'
  | 'answerBy'
  | 'span'
  | 'headers'
>
