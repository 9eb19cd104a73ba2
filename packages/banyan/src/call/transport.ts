import type { Scope } from './scope.ts'

/** One call on its way. */
export interface CallRequest {
  readonly service: string
  readonly operation: string
  readonly input: unknown
  readonly scope: Scope
}

/** An answer, with what the gateway may add to it. */
export interface CallReply {
  readonly output: unknown
  /** Names the last event that the call committed; lets a reader wait for its own write. */
  readonly token?: string | undefined
  /** True when the answer was stored for an earlier call with the same key. */
  readonly replayed?: boolean
}

/**
 * THE CALL PORT: carries a call to whichever process hosts the service.
 *
 * Promises of every transport:
 * - C1 The callee gets a copy of the input and the caller a copy of the output; nothing is shared (law 2).
 * - C2 Errors arrive with the code, data, status, retry advice and `declared` with which the operation answered, and with its name in `from`;
 *      unknown ones as an opaque `internal`. What nobody handles on the way goes on as `uncaught` says.
 * - C3 The deadline travels as what is left; a call whose deadline has passed is not sent.
 * - C4 Principal, trace, correlation and idempotency key travel along.
 */
export interface Transport {
  send(request: CallRequest): Promise<CallReply>
}
