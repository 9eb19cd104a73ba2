import type { Principal } from '../../contract/access.ts'
import { BanyanError } from '../../kernel/error.ts'
import type { Header, ReceivedHeaders } from '../../network/headers.ts'
import { formatTraceparent, parseTraceparent, type TraceContext } from '../../telemetry/trace-context.ts'
import type { AwaitedWrite, AwaitedWrites } from '../awaited-writes.ts'
import type { Scope } from '../scope.ts'
import { headerText, parseHeaderText } from './header-text.ts'
import { WIRE } from './wire.ts'

/** Longest time that a number on the wire may mean: a day. More is a mistake of its writer. */
const DURATION_MS_MAX = 86_400_000

/** A write, as `service:token`. */
const WRITE = /^([a-z][a-z0-9-]{0,62}):([\x21-\x2b\x2d-\x7e]{1,200})$/
/** Writes that one call may name: as many as a request at the gateway. */
const AFTER_MAX = 8

/**
 * Writes what travels of a scope, but for its principal, which its ticket carries. `callKey` belongs to the work that calls; whether somebody
 * waits is known from the connection.
 */
export function scopeHeaders({ trace, correlationId, causationId, key, waitMs, origin, after }: Scope, leftMs: number): Header[] {
  const headers: Header[] = [
    [WIRE.timeoutMs, String(Math.max(0, Math.floor(leftMs)))],
    [WIRE.trace, formatTraceparent(trace)],
    [WIRE.correlation, headerText(correlationId)],
    [WIRE.causation, headerText(causationId)],
  ]
  // a tab is as good as a space there, and not every proxy hands it on
  if (trace.state !== undefined) headers.push([WIRE.traceState, trace.state.replaceAll('\t', ' ').trim()])
  if (key !== undefined) headers.push([WIRE.key, headerText(key)])
  if (waitMs !== undefined) headers.push([WIRE.waitMs, String(Math.floor(waitMs))])
  if (origin !== undefined) headers.push([WIRE.origin, headerText(origin)])
  if (after !== undefined && after.writes.length > 0)
    headers.push([WIRE.after, after.writes.map(({ service, token }) => `${service}:${token}`).join(',')])
  return headers
}

/** What a receiver knows besides the headers. */
export interface Arrival {
  readonly principal: Principal
  /** Monotonic milliseconds of its arrival. */
  readonly at: number
  readonly signal: AbortSignal
  /** For a call that names no valid trace. */
  readonly newTrace: () => TraceContext
}

/** Reads a scope. Throws `invalid_argument` that names the header that is missing or wrong. */
export function receivedScope(headers: ReceivedHeaders, { principal, at, signal, newTrace }: Arrival): Scope {
  const timeoutMs = duration(headers, WIRE.timeoutMs)
  if (timeoutMs === undefined) throw wrong(WIRE.timeoutMs, 'is missing')
  return {
    principal,
    deadline: { at: at + timeoutMs },
    trace: parseTraceparent(headers.get(WIRE.trace), headers.get(WIRE.traceState)) ?? newTrace(),
    correlationId: text(headers, WIRE.correlation) ?? missing(WIRE.correlation),
    causationId: text(headers, WIRE.causation) ?? missing(WIRE.causation),
    key: text(headers, WIRE.key),
    waitMs: duration(headers, WIRE.waitMs),
    origin: text(headers, WIRE.origin),
    after: awaited(headers),
    abandoned: () => signal.aborted,
  }
}

function text(headers: ReceivedHeaders, name: string): string | undefined {
  const value = headers.get(name)
  if (value === undefined) return undefined
  return parseHeaderText(value) ?? wrongly(name, 'is no text')
}

/** Writes that a query must see. Places to wait in are given where the request came in: here the service that waits bounds it by itself. */
function awaited(headers: ReceivedHeaders): AwaitedWrites | undefined {
  const value = headers.get(WIRE.after)
  if (value === undefined) return undefined
  const writes = value.split(',').map((part): AwaitedWrite => {
    const [, service, token] = WRITE.exec(part.trim()) ?? []
    return service !== undefined && token !== undefined
      ? { service, token }
      : wrongly(WIRE.after, 'must be service:token, with commas between')
  })
  return writes.length <= AFTER_MAX ? { writes } : wrongly(WIRE.after, `names more than ${AFTER_MAX} writes`)
}

function duration(headers: ReceivedHeaders, name: string): number | undefined {
  const value = headers.get(name)
  if (value === undefined) return undefined
  const milliseconds = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN
  if (!(milliseconds <= DURATION_MS_MAX)) throw wrong(name, 'must be whole milliseconds, a day at most')
  return milliseconds
}

function missing(name: string): never {
  throw wrong(name, 'is missing')
}
function wrongly(name: string, what: string): never {
  throw wrong(name, what)
}
function wrong(name: string, what: string): BanyanError {
  return new BanyanError('invalid_argument', `header ${name} of a call ${what}; see docs/wire-format.md`)
}
