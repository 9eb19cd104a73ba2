import type { Principal } from '../contract/access.ts'
import type { Deadline } from '../kernel/deadline.ts'
import type { TraceContext } from '../telemetry/trace-context.ts'
import type { AwaitedWrites } from './awaited-writes.ts'

/**
 * What travels with every piece of work, from the gateway through calls, events and saga steps:
 * who asked, until when, under which trace, as part of which business flow.
 */
export interface Scope {
  readonly principal: Principal
  readonly deadline: Deadline
  readonly trace: TraceContext
  /** Names the business flow; the first command of a flow uses its own request id. */
  readonly correlationId: string
  /** Id of the request, event or saga step that caused this work. */
  readonly causationId: string
  /** Idempotency key of this call; undefined when it has none. */
  readonly key?: string | undefined
  /** Idempotency key that calls made by this work carry when they name none; set for a saga's steps. Not passed on further. */
  readonly callKey?: string | undefined
  /** True for work whose calls carry keys without their caller, as a saga that an earlier release began must go on. Not passed on further. */
  readonly plainKeys?: boolean | undefined
  /** How long the caller is ready to wait for a settled answer (`Prefer: wait=N`), in milliseconds. */
  readonly waitMs?: number | undefined
  /**
   * Whose line the request came over, as the gateway counts it: an IPv4 address, or the /64 network of an IPv6 address. Undefined for work that
   * no request began. Personal: never in events, traces, logs or tables as it is.
   */
  readonly origin?: string | undefined
  /** Writes that every query of this work must see; undefined for none. Passed on with each call. */
  readonly after?: AwaitedWrites | undefined
  /** Tells whether nobody waits for the answer any more, e.g. because the client hung up. Only advice: what was begun may be finished. */
  readonly abandoned?: (() => boolean) | undefined
}

/** Returns a scope with some of its parts replaced. */
export function childScope(scope: Scope, changes: Partial<Scope>): Scope {
  return { ...scope, ...changes }
}
