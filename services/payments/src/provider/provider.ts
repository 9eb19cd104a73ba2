import type { FinalOutcome } from '../domain/outcome.ts'
import type { Money } from 'banyan/kernel'

/** Names one intent at the provider: the same key is the same request, however often it is sent. */
export type IdempotencyKey = string

/** What a provider can do, as far as the service decides by it. */
export interface ProviderCapabilities {
  /** How long an authorisation holds, in milliseconds. */
  readonly authorizationTtlMs: number
  /**
   * A request that `find` does not know this long after it was last sent never happened, in milliseconds.
   * The provider guarantees it; without it an unanswered request could never be given up.
   */
  readonly lookupHorizonMs: number
}

/** A request to reserve money. */
export interface AuthorizeRequest {
  readonly key: IdempotencyKey
  readonly amount: Money
  /** Reference to the means of payment; never card data. */
  readonly methodToken: string
  readonly orderId: string
}

/** A request about money that is reserved or taken. */
export interface FollowUpRequest {
  readonly key: IdempotencyKey
  /** The provider's name of the authorisation. */
  readonly ref: string
  readonly amount: Money
}

export type { FinalOutcome }

/** What an attempt to send led to. `unknown`: it may or may not have happened. */
export type Outcome = FinalOutcome | { readonly kind: 'unknown'; readonly cause: 'timeout' | 'error' | 'in_progress' }

/** What the provider knows about a key. */
export type Lookup =
  | { readonly kind: 'found'; readonly outcome: FinalOutcome }
  | { readonly kind: 'in_progress' }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unknown' }

/**
 * THE PROVIDER PORT: who moves the money.
 *
 * Promises of every provider:
 * - R1 The same key with the same request is carried out once and answers the same; with another request it is `rejected`.
 * - R2 Nothing throws: whatever cannot be known is `unknown`.
 * - R3 `find` says what became of a key, see {@link ProviderCapabilities.lookupHorizonMs}.
 * - R4 An aborted signal ends the wait, not the request.
 */
export interface PaymentProvider {
  readonly name: string
  readonly capabilities: ProviderCapabilities
  authorize(request: AuthorizeRequest, signal: AbortSignal): Promise<Outcome>
  capture(request: FollowUpRequest, signal: AbortSignal): Promise<Outcome>
  void(request: FollowUpRequest, signal: AbortSignal): Promise<Outcome>
  refund(request: FollowUpRequest, signal: AbortSignal): Promise<Outcome>
  find(key: IdempotencyKey, signal: AbortSignal): Promise<Lookup>
  /** Throws what is wrong, for health checks. */
  ping(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}
