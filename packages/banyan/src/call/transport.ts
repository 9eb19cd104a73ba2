import type { AuditDefinition } from '../contract/audit.ts'
import type { OperationDefinition } from '../contract/operation.ts'
import type { Scope } from './scope.ts'

/** A call as it comes to whoever hosts the service. */
export interface ReceivedCall {
  readonly service: string
  readonly operation: string
  readonly input: unknown
  readonly scope: Scope
}

/** One call on its way. */
export interface CallRequest extends ReceivedCall {
  /** What is called, as the caller's contract has it: tells whoever carries the call what may be repeated, and what its input and output are. */
  readonly definition: OperationDefinition | AuditDefinition
  /** Aborts when the caller does not want the answer any more. Read only by who has something to end: it may be made when it is first asked for. */
  readonly signal?: AbortSignal | undefined
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
 * - C5 A call whose signal aborts is abandoned for its handler. What it began may be finished: its caller, who gets `cancelled` at once, does not know.
 */
export interface Transport {
  send(request: CallRequest): Promise<CallReply>
}

/** The end of a transport: hands calls to services of this process. */
export interface LocalTransport {
  send(call: ReceivedCall): Promise<CallReply>
}
