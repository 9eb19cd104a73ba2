import { createHash, timingSafeEqual } from 'node:crypto'
import type { Principal } from 'banyan/contract'
import { misuse } from 'banyan/kernel'

/** A key for programs. Only its hash is ever configured. */
export interface ApiKey {
  /** Names the key in logs and audit trails. */
  readonly id: string
  /** SHA-256 of the secret as 64 hex digits. Secrets must be random, at least 128 bits: a hash does not protect a word. */
  readonly sha256: string
  readonly roles: readonly string[]
}

/** Knows the principals of secrets. */
export type ApiKeys = (secret: string) => Principal | undefined

/** Keys compared for each request at most; more belong into a service of their own. */
const KEYS_MAX = 200
const SECRET_LENGTH_MAX = 512
const HASH = /^[0-9a-f]{64}$/i

/** Returns the hash to configure for a secret. */
export function apiKeyHash(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}

/**
 * Prepares keys. All are compared, each in constant time, so that neither a key nor its place can be guessed from timing. Throws `misuse` for what is
 * no hash, and for an id or a hash that is there twice: which roles it has would depend on the order.
 */
export function createApiKeys(keys: readonly ApiKey[]): ApiKeys {
  if (keys.length > KEYS_MAX) misuse(`at most ${KEYS_MAX} API keys can be configured, but there are ${keys.length}`)
  const byHash = new Map<string, string>()
  const ids = new Set<string>()
  const known = keys.map(({ id, sha256, roles }) => {
    if (typeof sha256 !== 'string' || !HASH.test(sha256))
      misuse(`API key "${id}" needs the SHA-256 of its secret as 64 hex digits; see apiKeyHash`)
    if (ids.has(id)) misuse(`API key "${id}" is there twice; give each key an id of its own, or one entry all its roles`)
    const other = byHash.get(sha256.toLowerCase())
    if (other !== undefined)
      misuse(`API keys "${other}" and "${id}" have the same secret; give each a secret of its own, or one entry all roles`)
    ids.add(id)
    byHash.set(sha256.toLowerCase(), id)
    return { hash: Buffer.from(sha256, 'hex'), principal: { kind: 'key', subject: id, roles } satisfies Principal }
  })
  return (secret) => {
    if (secret.length > SECRET_LENGTH_MAX) return undefined
    const hash = createHash('sha256').update(secret).digest()
    let found: Principal | undefined
    for (const key of known) if (timingSafeEqual(hash, key.hash)) found = key.principal
    return found
  }
}
