import type { Clock } from 'banyan/kernel'
import { createArrivalStore } from './arrival-store.ts'
import { gcra, type Rate, type RateDecision, rateOf } from './gcra.ts'

/** How often something may be asked for. */
export interface RateLimit {
  /** Requests per window at the steady rate. */
  readonly requests: number
  readonly windowMs: number
  /** Requests that may come at once. */
  readonly burst: number
}

/** Limits of an edge. Each counts in this process only. */
export interface RateLimitOptions {
  /** Per client address (IPv6: per /64), before anything costly is done. Default {@link ADDRESS_LIMIT}. */
  readonly address?: RateLimit | false
  /** Per signed-in user or API key. Default {@link SUBJECT_LIMIT}. */
  readonly subject?: RateLimit | false
  /** Stricter limits of single operations, by id such as `users.login`; counted per user, or per address where nobody is signed in. */
  readonly operations?: Readonly<Record<string, RateLimit>>
}

/** Guards the verification of tokens, some 0.1 ms each, and still lets a whole office behind one address work. */
export const ADDRESS_LIMIT: RateLimit = { requests: 30_000, windowMs: 60_000, burst: 2_000 }
/** Far above what a person or a well-behaved client needs; keeps one of them from taking the whole machine. */
export const SUBJECT_LIMIT: RateLimit = { requests: 6_000, windowMs: 60_000, burst: 500 }

/** Keys that one limit remembers: some ten megabytes at most. */
const KEYS_MAX = 100_000

/** One limit and its memory. */
export interface Limiter {
  readonly name: string
  /** `RateLimit-Policy` field of the limit (draft-ietf-httpapi-ratelimit-headers-10). */
  readonly policy: string
  take(key: string): RateDecision
}

/** Creates the memory of one limit. */
function createLimiter(name: string, limit: RateLimit, clock: Clock): Limiter {
  const rate: Rate = rateOf(limit.requests, limit.windowMs, limit.burst)
  const arrivals = createArrivalStore(KEYS_MAX)
  return {
    name,
    policy: `"${name}";q=${limit.requests};w=${Math.ceil(limit.windowMs / 1_000)}`,
    take(key) {
      const nowUs = Math.floor(clock.monotonic() * 1_000)
      const decision = gcra(rate, arrivals.get(key), nowUs)
      if (decision.allowed) arrivals.set(key, decision.arrivalUs, nowUs)
      return decision
    },
  }
}

/** Writes the `RateLimit` field of a decision. */
export function rateLimitField({ name }: Limiter, { remaining, waitUs }: RateDecision): string {
  return `"${name}";r=${remaining};t=${Math.ceil(waitUs / 1_000_000)}`
}

/** The limits that apply to all operations, and those of single ones. */
export interface Limiters {
  readonly address: Limiter | undefined
  readonly subject: Limiter | undefined
  readonly operations: ReadonlyMap<string, Limiter>
}

/** Creates the limits of an edge; none for `false`. */
export function createLimiters(options: RateLimitOptions | false, clock: Clock): Limiters {
  if (options === false) return { address: undefined, subject: undefined, operations: new Map() }
  const { address = ADDRESS_LIMIT, subject = SUBJECT_LIMIT, operations = {} } = options
  return {
    address: address === false ? undefined : createLimiter('address', address, clock),
    subject: subject === false ? undefined : createLimiter('subject', subject, clock),
    operations: new Map(Object.entries(operations).map(([id, limit]) => [id, createLimiter(id, limit, clock)])),
  }
}
