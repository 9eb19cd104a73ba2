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

/** Limits of a gateway. Each counts in this process only. */
export interface RateLimitOptions {
  /** Per client address (IPv6: per /64), before anything costly is done. Default {@link ADDRESS_LIMIT}. */
  readonly address?: RateLimit | false
  /** Per signed-in user or API key. Default {@link SUBJECT_LIMIT}. */
  readonly subject?: RateLimit | false
  /** Stricter limits of single operations, by id such as `users.login`. An id that the platform does not have is refused at start. */
  readonly operations?: Readonly<Record<string, OperationLimits>>
}

/**
 * Limits of one operation. All of them hold at once: whoever takes a new token, a new account or a new API key is still the same address.
 */
export interface OperationLimits {
  /**
   * Per client address, before credentials are looked at. Default: {@link PUBLIC_COMMAND_LIMIT} for commands that anybody may call, since
   * an address is all that a stranger cannot make more of; none for others.
   */
  readonly address?: RateLimit | false
  /** Per user or API key, for operations of which each one is costly. Default none. */
  readonly subject?: RateLimit
  /** Per whatever the request is about, e.g. the account that it wants to sign in to. Default none. */
  readonly target?: TargetLimit
}

/** A limit by an input field that names what a request is about. */
export interface TargetLimit {
  /** Input field that names the target, e.g. `email`. A request without it, or with something else than a text, is not counted. */
  readonly field: string
  /** From everywhere together. */
  readonly limit: RateLimit
  /** From one address, whatever others do: strangers who use the whole of `limit` up do not lock the owner out. */
  readonly own: RateLimit
  /** Gives two spellings of one target one form. Default: Unicode NFKC, lower case, no invisible characters, domain in ASCII. */
  readonly canonical?: (text: string) => string
}

/** Guards the verification of tokens, some 0.1 ms each, and still lets a whole office behind one address work. */
export const ADDRESS_LIMIT: RateLimit = { requests: 30_000, windowMs: 60_000, burst: 2_000 }
/** Far above what a person or a well-behaved client needs; keeps one of them from taking the whole machine. */
export const SUBJECT_LIMIT: RateLimit = { requests: 6_000, windowMs: 60_000, burst: 500 }
/**
 * What strangers may change, hash, mail or guess: two a second is plenty for a household or an office, and too slow for trying stolen
 * passwords on many accounts.
 */
export const PUBLIC_COMMAND_LIMIT: RateLimit = { requests: 120, windowMs: 60_000, burst: 100 }

/** How many /64 networks of one IPv6 /48 count as one more: a /48 is what a single customer gets, or what many phones of a carrier share. */
export const SITE_NETWORKS = 32

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
export function createLimiter(name: string, limit: RateLimit, clock: Clock): Limiter {
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

/**
 * Creates a limit of addresses. An IPv6 address counts for its /64 and, with {@link SITE_NETWORKS} times as much room, for its /48:
 * whoever has a whole /48 has 65,536 networks to come from.
 */
export function createAddressLimiter(name: string, limit: RateLimit, clock: Clock): Limiter {
  const networks = createLimiter(name, limit, clock)
  const sites = createLimiter(
    name,
    { requests: limit.requests * SITE_NETWORKS, windowMs: limit.windowMs, burst: limit.burst * SITE_NETWORKS },
    clock,
  )
  return {
    ...networks,
    take(key) {
      const decision = networks.take(key)
      const site = decision.allowed ? siteOf(key) : undefined
      if (site === undefined) return decision
      const together = sites.take(site)
      return together.allowed ? decision : together
    },
  }
}

/** How keys of IPv6 networks end; see `addressKey`. */
const NETWORK = '::/64'

/** Returns the /48 of the key of an IPv6 network, which one customer has as a whole; undefined for an IPv4 address. */
export function siteOf(network: string): string | undefined {
  if (!network.endsWith(NETWORK)) return undefined
  return `${network.slice(0, network.lastIndexOf(':', network.length - NETWORK.length - 1))}::/48`
}

/** Writes the `RateLimit` field of a decision. */
export function rateLimitField({ name }: Pick<Limiter, 'name'>, { remaining, waitUs }: RateDecision): string {
  return `"${name}";r=${remaining};t=${Math.ceil(waitUs / 1_000_000)}`
}
