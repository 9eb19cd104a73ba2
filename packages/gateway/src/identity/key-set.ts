import { BanyanError, type Clock, deadlineAfter, type Logger, within } from 'banyan/kernel'
import { type CryptoKey, importJWK, type JWK } from 'jose'

/** Public keys as an issuer publishes them (RFC 7517). */
export interface PublishedKeys {
  readonly keys: readonly JWK[]
}

/** What a key set is built from. */
export interface KeySetOptions {
  /** Asks the issuer. */
  readonly load: () => Promise<PublishedKeys>
  /** The one algorithm whose keys are taken. */
  readonly algorithm: string
  readonly clock: Clock
  readonly log: Logger
  /** Called when a key was added, changed or withdrawn: what was verified before may no longer hold. */
  readonly onChange: () => void
}

/** Public keys by id, kept fresh. */
export interface KeySet {
  /**
   * Returns the key of an id (or the only key, for a token without one); undefined when the issuer does not have it.
   * Throws `unavailable` when no keys could be had for longer than {@link STALE_MS_MAX}.
   */
  find(id: string | undefined): Promise<CryptoKey | undefined>
}

/** Keys are asked for again in the background after this time: an issuer publishes a key well before it signs with it. */
const REFRESH_MS = 8 * 60_000
/** Least time between two questions because of an unknown id: tokens with made-up ids must not become questions. */
const COOLDOWN_MS = 30_000
/** Least time between two questions while there are no keys at all. */
const RETRY_MS = 1_000
/** How long the last good keys serve while the issuer does not answer. */
const STALE_MS_MAX = 24 * 3_600_000
/** Time one question may take. */
const LOAD_MS_MAX = 5_000
/** Keys of one issuer at most. */
const KEYS_MAX = 50

/** Creates a key set; it asks the issuer at the first use. */
export function createKeySet(options: KeySetOptions): KeySet {
  const { clock, log } = options
  let keys = new Map<string, CryptoKey>()
  let print = ''
  let loadedAt: number | undefined
  let askedAt = -Infinity
  let asking: Promise<void> | undefined
  let lastError: unknown

  async function load(): Promise<void> {
    const published = await within(clock, deadlineAfter(clock, LOAD_MS_MAX), 'the issuer of tokens', options.load())
    const next = await importKeys(published.keys, options.algorithm, log)
    if (next.size === 0) throw new BanyanError('unavailable', `the issuer of tokens has no ${options.algorithm} key`)
    const nextPrint = JSON.stringify(published.keys)
    keys = next
    loadedAt = clock.monotonic()
    if (print !== '' && print !== nextPrint) options.onChange()
    print = nextPrint
  }
  function ask(): Promise<void> {
    if (asking) return asking
    askedAt = clock.monotonic()
    asking = load()
      .catch((error: unknown) => {
        lastError = error
        log.warn('could not load the keys of tokens; the last ones serve on', { error })
      })
      .finally(() => {
        asking = undefined
      })
    return asking
  }
  function age(): number {
    return loadedAt === undefined ? Infinity : clock.monotonic() - loadedAt
  }
  function mayAsk(afterMs: number): boolean {
    return asking !== undefined || clock.monotonic() - askedAt >= afterMs
  }
  return {
    async find(id) {
      if (age() > STALE_MS_MAX && mayAsk(RETRY_MS)) await ask()
      if (age() > STALE_MS_MAX)
        throw new BanyanError('unavailable', 'tokens cannot be checked at the moment; try again', { cause: lastError })
      if (age() > REFRESH_MS && mayAsk(COOLDOWN_MS)) void ask()
      const known = pick(keys, id)
      if (known || !mayAsk(COOLDOWN_MS)) return known
      await ask()
      return pick(keys, id)
    },
  }
}

function pick(keys: ReadonlyMap<string, CryptoKey>, id: string | undefined): CryptoKey | undefined {
  if (id !== undefined) return keys.get(id)
  return keys.size === 1 ? keys.values().next().value : undefined
}

async function importKeys(published: readonly JWK[], algorithm: string, log: Logger): Promise<Map<string, CryptoKey>> {
  const keys = new Map<string, CryptoKey>()
  for (const jwk of published.slice(0, KEYS_MAX)) {
    if (jwk.kty === 'oct' || jwk.use === 'enc' || (jwk.alg !== undefined && !sameAlgorithm(jwk.alg, algorithm))) continue
    try {
      keys.set(jwk.kid ?? '', (await importJWK(publicHalf(jwk), algorithm)) as CryptoKey)
    } catch (error) {
      log.warn('a published key of tokens cannot be used', { kid: jwk.kid, error })
    }
  }
  return keys
}

/** An issuer that publishes a private key by mistake still verifies, and we never hold it. */
function publicHalf({ d: _d, p: _p, q: _q, dp: _dp, dq: _dq, qi: _qi, key_ops: _ops, ...publicKey }: JWK): JWK {
  return publicKey
}

/** RFC 9864 gave EdDSA with Ed25519 a name of its own; both name the same signatures. */
function sameAlgorithm(first: string, second: string): boolean {
  return first === second || (isEd25519(first) && isEd25519(second))
}

function isEd25519(algorithm: string): boolean {
  return algorithm === 'EdDSA' || algorithm === 'Ed25519'
}
