import type { Body, ReceivedBody } from './body.ts'
import type { Header, ReceivedHeaders } from './headers.ts'

/** What one process asks another. */
export interface NetworkRequest {
  /** Whom: the address of a {@link Listener}. */
  readonly address: string
  /** What: begins with `/`, visible ASCII without spaces. */
  readonly path: string
  readonly headers?: readonly Header[]
  readonly body?: Body
  /** Ends the request for its sender, and tells the handler, when it aborts. */
  readonly signal?: AbortSignal | undefined
  /** Milliseconds until the sender gives up, the answer's body included. */
  readonly timeoutMs: number
  /** Most bytes of the answer's body. Default {@link BODY_BYTES_MAX}. */
  readonly answerBytesMax?: number
}

/** What comes back. The body must be read or cancelled, whatever the status says. */
export interface ReceivedAnswer {
  /** As in HTTP, 200 to 599. */
  readonly status: number
  readonly headers: ReceivedHeaders
  readonly body: ReceivedBody
}

/** A request as its handler gets it. */
export interface ReceivedRequest {
  readonly path: string
  readonly headers: ReceivedHeaders
  readonly body: ReceivedBody
  /** Aborts when nobody waits for the answer any more. */
  readonly signal: AbortSignal
}

/** What a handler answers. */
export interface NetworkAnswer {
  readonly status: number
  readonly headers?: readonly Header[]
  readonly body?: Body
}

/** Answers requests. What it throws is answered with status 500 and no words. */
export type NetworkHandler = (request: ReceivedRequest) => Promise<NetworkAnswer>

/** How a process listens. */
export interface ServeOptions {
  /** Most bytes of a request's body. Default {@link BODY_BYTES_MAX}. */
  readonly requestBytesMax?: number
}

/** A process that is listened for. */
export interface Listener {
  /** What others give as {@link NetworkRequest.address}. */
  readonly address: string
  /** Refuses new requests, waits for those under way, and breaks them when `graceMs` have passed. Safe to call twice. */
  close(graceMs: number): Promise<void>
}

/**
 * THE NETWORK PORT: carries requests and answers between processes. One object is one process's end of it. It knows nothing of calls, feeds or
 * contracts.
 *
 * Promises of every network:
 * - N1 Path, headers and body arrive as bytes, equal to what was sent; nothing is shared between the two sides. Names of headers are not
 *      case-sensitive and arrive in lower case; values of a name that is there twice arrive in their order.
 * - N2 A body arrives as it is written, part by part. One that breaks off never looks as if it were whole: reading it fails.
 * - N3 When the signal aborts, the request fails with `cancelled`, when its time is up with `deadline_exceeded`, and the handler's signal aborts.
 *      The handler's answer then goes nowhere and harms nobody. An answer whose body is being read fails in the same way.
 * - N4 A request that certainly did not reach the other process fails with `unavailable` and retry `safe`; one of which that is not certain with
 *      retry `unknown`.
 * - N5 Headers beyond {@link HEADER_BYTES_MAX}, and names or values that no header can have, are refused before anything is sent. A request's body
 *      beyond the listener's limit fails for the handler that reads it, and is answered with 413; an answer's body beyond the sender's limit fails with `outcome_unknown`.
 * - N6 A handler that throws is answered with status 500 without words; the listener serves on.
 * - N7 A listener that closes refuses new requests as N4 says, finishes those under way, and breaks what takes longer than its grace.
 */
export interface Network {
  serve(handler: NetworkHandler, options?: ServeOptions): Promise<Listener>
  request(request: NetworkRequest): Promise<ReceivedAnswer>
}

/** Most bytes of a body unless its reader says otherwise: an order of magnitude above the largest answer that a list should have. */
export const BODY_BYTES_MAX = 16 * 1_048_576
