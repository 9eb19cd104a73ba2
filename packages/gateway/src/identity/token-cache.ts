import type { Principal } from 'banyan/contract'
import type { Clock } from 'banyan/kernel'

/** A token that was verified. */
export interface VerifiedToken {
  readonly principal: Principal
  /** Epoch milliseconds; minus infinity for a token that does not say so. */
  readonly issuedAt: number
}

/** Tokens verified a moment ago: a map lookup instead of a signature check. */
export interface TokenCache {
  get(token: string): VerifiedToken | undefined
  /** Keeps a verified token, unless the keys changed since `epoch` was read. */
  set(token: string, verified: VerifiedToken, expiresAtMs: number, epoch: number): void
  /** Grows with each {@link clear}. */
  epoch(): number
  /** Forgets all, because keys changed. */
  clear(): void
}

/** Tokens kept at most: some ten megabytes. Only verified ones get in, so nobody can push others out by guessing. */
const TOKENS_MAX = 10_000
/** How long a verification holds: the time within which a withdrawn key must stop working. */
const HOLDS_MS = 60_000

/** Creates an empty cache. */
export function createTokenCache(clock: Clock): TokenCache {
  const entries = new Map<string, { readonly verified: VerifiedToken; readonly until: number }>()
  let epoch = 0
  return {
    get(token) {
      const entry = entries.get(token)
      if (entry === undefined) return undefined
      if (clock.now() < entry.until) return entry.verified
      entries.delete(token)
      return undefined
    },
    set(token, verified, expiresAtMs, readEpoch) {
      if (readEpoch !== epoch) return
      if (entries.size >= TOKENS_MAX) {
        const oldest = entries.keys().next().value
        if (oldest !== undefined) entries.delete(oldest)
      }
      entries.set(token, { verified, until: Math.min(clock.now() + HOLDS_MS, expiresAtMs) })
    },
    epoch: () => epoch,
    clear() {
      epoch++
      entries.clear()
    },
  }
}
