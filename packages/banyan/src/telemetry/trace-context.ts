import type { Ids } from '../kernel/ids.ts'

/** W3C trace context: which trace this work belongs to and which span caused it. */
export interface TraceContext {
  /** 32 hex digits, not all zero. */
  readonly traceId: string
  /** 16 hex digits of the parent span. */
  readonly spanId: string
  /** Bit field: 1 sampled, 2 random. Both bits are passed on. */
  readonly flags: number
  /** Vendor data, passed on untouched; undefined when none or when the parent was invalid. */
  readonly state?: string
}

const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/
const NO_TRACE = '0'.repeat(32)
const NO_SPAN = '0'.repeat(16)

/** Longest `tracestate` passed on, in characters (the standard asks for at least 512). */
const STATE_LENGTH_MAX = 512

/** Reads a `traceparent` (W3C Trace Context, level 2); undefined when absent or invalid, in which case `tracestate` is dropped too. */
export function parseTraceparent(header: string | undefined, state?: string): TraceContext | undefined {
  if (header === undefined || header.length < 55) return undefined
  const match = TRACEPARENT.exec(header)
  if (!match) return undefined
  const [, version, traceId, spanId, flags, more] = match as unknown as [string, string, string, string, string, string?]
  if (version === 'ff' || (version === '00' && more !== undefined) || traceId === NO_TRACE || spanId === NO_SPAN) return undefined
  const context = { traceId, spanId, flags: Number.parseInt(flags, 16) & 0b11 }
  return state !== undefined && state.length <= STATE_LENGTH_MAX ? { ...context, state } : context
}

/** Writes a `traceparent` header. */
export function formatTraceparent(trace: TraceContext): string {
  return `00-${trace.traceId}-${trace.spanId}-0${trace.flags & 0b11}`
}

/** Starts a new trace. */
export function newTrace(ids: Ids): TraceContext {
  return { traceId: ids.hex(16), spanId: ids.hex(8), flags: 2 }
}
