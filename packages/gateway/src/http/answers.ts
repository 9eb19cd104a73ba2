import { needsLog } from 'banyan/call'
import {
  type BanyanError,
  type Clock,
  type Faults,
  type Logger,
  PROBLEM_TYPE,
  problemDocument,
  retryAfterSeconds,
  shownInLog,
  toBanyanError,
} from 'banyan/kernel'
import type { Departures } from './departures.ts'
import type { Exchange } from './exchange.ts'
import { isSpoofable } from './security-headers.ts'

/** Media type of answers that are data. */
export const JSON_TYPE = 'application/json; charset=utf-8'

/** Status under which an exchange is counted whose client went away. Never sent. */
const CLIENT_GONE = 499

/** Bytes that the head of an answer takes, roughly. */
const HEAD_BYTES = 600

/** Writes answers. */
export interface Answers {
  /** Sends an answer; does nothing when one was sent before. */
  send(exchange: Exchange, status: number, type: string | undefined, body: string | undefined): void
  /** Sends the problem document of whatever was thrown; `extra` is added to it. */
  fail(exchange: Exchange, thrown: unknown, extra?: object): void
  /** Hands the answer over to someone else, who writes it to the response. */
  handOver(exchange: Exchange): void
}

/** What answers need of the gateway. */
export interface AnswersOptions {
  readonly clock: Clock
  readonly log: Logger
  /** Struck at `gateway.before-reply` and `gateway.after-reply`. */
  readonly faults: Faults
  /** True while connections are to be closed after their answer. */
  readonly closing: () => boolean
  readonly accessLog: boolean
  readonly departures: Departures
  readonly finished: (exchange: Exchange) => void
}

/** Creates the writer of answers. */
export function createAnswers({ clock, log, faults, closing, accessLog, departures, finished }: AnswersOptions): Answers {
  function count(exchange: Exchange, status: number): void {
    const seconds = (clock.monotonic() - exchange.startedAt) / 1_000
    exchange.route.meter.count(status, seconds)
    const { span } = exchange
    if (span.recording) span.set('http.response.status_code', status)
    span.end()
    finished(exchange)
    if (accessLog) logAccess(log, exchange, status, seconds)
  }
  function send(exchange: Exchange, status: number, type: string | undefined, body: string | undefined): void {
    if (exchange.answered) return
    exchange.answered = true
    const { response, headers } = exchange
    if (exchange.connection.isGone || response.destroyed || response.headersSent) return count(exchange, CLIENT_GONE)
    if (type !== undefined) headers.push('content-type', type)
    const bytes = body === undefined ? 0 : Buffer.byteLength(body)
    if (body !== undefined) headers.push('content-length', String(bytes))
    else if (status !== 204) headers.push('content-length', '0')
    if (closing() || exchange.connection.isReserved) headers.push('connection', 'close')
    faults.at('gateway.before-reply')
    response.writeHead(status, headers)
    response.end(body)
    departures.sent(exchange.connection, response, bytes + HEAD_BYTES)
    faults.at('gateway.after-reply')
    count(exchange, status)
  }
  function fail(exchange: Exchange, thrown: unknown, extra?: object): void {
    if (exchange.answered) return
    const error = toBanyanError(thrown)
    if (error.status >= 500) exchange.span.fail(error)
    if (needsLog(error)) logFailure(log, exchange, error)
    const { headers, requestId, trace } = exchange
    if (error.status === 401) headers.push('www-authenticate', error.code === 'unauthenticated' ? challenge(exchange) : 'Bearer')
    const seconds = retryAfterSeconds(error)
    if (seconds !== undefined) headers.push('retry-after', String(seconds))
    send(exchange, error.status, PROBLEM_TYPE, problemDocument(error, { requestId, traceId: trace.traceId }, extra))
  }
  return {
    send,
    fail,
    handOver(exchange) {
      exchange.answered = true
      exchange.answerBy = Infinity
      removeSpoofable(exchange)
      departures.handedOver(exchange.connection, exchange.response)
      exchange.response.once('close', () =>
        count(exchange, exchange.response.writableFinished ? exchange.response.statusCode : CLIENT_GONE),
      )
    },
  }
}

/** RFC 6750: credentials that were wrong are named as such, missing ones are only asked for. */
function challenge({ request }: Exchange): string {
  return request.headers.authorization === undefined ? 'Bearer' : 'Bearer error="invalid_token"'
}

function removeSpoofable({ request }: Exchange): void {
  for (const name of Object.keys(request.headers)) if (isSpoofable(name)) delete request.headers[name]
}

function logFailure(log: Logger, exchange: Exchange, error: BanyanError): void {
  log.error('request failed', {
    route: exchange.route.id,
    request_id: exchange.requestId,
    correlation_id: exchange.correlationId,
    trace_id: exchange.trace.traceId,
    error: shownInLog(error),
  })
}

/** Neither query strings nor bodies nor who it was: those are personal. */
function logAccess(log: Logger, exchange: Exchange, status: number, seconds: number): void {
  log.info('request', {
    route: exchange.route.id,
    method: exchange.request.method,
    status,
    ms: Math.round(seconds * 100_000) / 100,
    request_id: exchange.requestId,
    correlation_id: exchange.correlationId,
    trace_id: exchange.trace.traceId,
  })
}
