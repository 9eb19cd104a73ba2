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

const NO_TRACE = '0'.repeat(32)
const NO_SPAN = '0'.repeat(16)

/** Length of a version 00 `traceparent`; later versions may append to it. */
const TRACEPARENT_LENGTH = 55
/** Bits of the flags that have a meaning: sampled and random. */
const FLAG_BITS = 0b11
/** Longest `tracestate` passed on, in characters (the standard asks for at least 512). */
const STATE_LENGTH_MAX = 512
/** Most members of a `tracestate` (fixed by the standard). */
const STATE_MEMBERS_MAX = 32

/** Reads a `traceparent` (W3C Trace Context, level 2); undefined when absent or invalid, in which case `tracestate` is dropped too. */
export function parseTraceparent(header: string | undefined, state?: string): TraceContext | undefined {
  if (header === undefined || header.length < TRACEPARENT_LENGTH) return undefined
  if (!hexBetween(header, 0, 2) || !hexBetween(header, 3, 35) || !hexBetween(header, 36, 52) || !hexBetween(header, 53, 55))
    return undefined
  if (header[2] !== '-' || header[35] !== '-' || header[52] !== '-') return undefined
  if (!versionAllows(header)) return undefined
  const traceId = header.slice(3, 35)
  const spanId = header.slice(36, 52)
  if (traceId === NO_TRACE || spanId === NO_SPAN) return undefined
  const flags = Number.parseInt(header.slice(53, 55), 16) & FLAG_BITS
  return validState(state) ? { traceId, spanId, flags, state } : { traceId, spanId, flags }
}

/** Writes a `traceparent` header. */
export function formatTraceparent(trace: TraceContext): string {
  return `00-${trace.traceId}-${trace.spanId}-0${trace.flags & FLAG_BITS}`
}

/** Starts a new trace: random, not sampled. */
export function newTrace(ids: Ids): TraceContext {
  return { traceId: ids.hex(16), spanId: ids.hex(8), flags: 2 }
}

/** Version ff is forbidden, 00 has nothing behind the flags, later ones may add fields behind a dash. */
function versionAllows(header: string): boolean {
  if (header.startsWith('ff')) return false
  if (header.length === TRACEPARENT_LENGTH) return true
  return !header.startsWith('00') && header[TRACEPARENT_LENGTH] === '-'
}

function hexBetween(text: string, from: number, to: number): boolean {
  for (let index = from; index < to; index++) {
    const code = text.charCodeAt(index)
    const digit = (code >= 48 && code <= 57) || (code >= 97 && code <= 102)
    if (!digit) return false
  }
  return true
}

/** A state that is too long or has too many members is dropped as a whole: a part of it could mislead its vendor. */
function validState(state: string | undefined): state is string {
  if (state === undefined || state === '' || state.length > STATE_LENGTH_MAX) return false
  return state.split(',').length <= STATE_MEMBERS_MAX && /^[\x20-\x7e\t]*$/.test(state) && state.includes('=')
}
