/** A rate with a burst, in whole microseconds: fractions of milliseconds must not add up to an error. */
export interface Rate {
  /** Microseconds between two requests at the steady rate. */
  readonly intervalUs: number
  /** How far ahead of the steady rate a caller may be. */
  readonly burstUs: number
}

/** Outcome of one request against a rate. */
export interface RateDecision {
  readonly allowed: boolean
  /** Theoretical arrival time to keep, in microseconds; unchanged when refused. */
  readonly arrivalUs: number
  /** Requests that would be allowed right after this one. */
  readonly remaining: number
  /** Microseconds until the whole burst is there again, or, when refused, until one request is allowed. */
  readonly waitUs: number
}

/** Builds a rate of `limit` requests per `windowMs`, of which `burst` may come at once. */
export function rateOf(limit: number, windowMs: number, burst: number): Rate {
  const intervalUs = Math.max(1, Math.round((windowMs * 1_000) / limit))
  return { intervalUs, burstUs: intervalUs * burst }
}

/**
 * The generic cell rate algorithm: one number per key, exact, no window edges. `arrivalUs` is what the last allowed request
 * left behind; undefined for a new key. Allows at most `burst + span / interval` requests in any span of time.
 */
export function gcra(rate: Rate, arrivalUs: number | undefined, nowUs: number): RateDecision {
  const start = arrivalUs === undefined || arrivalUs < nowUs ? nowUs : arrivalUs
  const next = start + rate.intervalUs
  const ahead = next - nowUs
  if (ahead > rate.burstUs) return { allowed: false, arrivalUs: start, remaining: 0, waitUs: ahead - rate.burstUs }
  return { allowed: true, arrivalUs: next, remaining: Math.floor((rate.burstUs - ahead) / rate.intervalUs), waitUs: ahead }
}
