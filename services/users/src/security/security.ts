import type { ResourceOptions } from 'banyan'
import { type AdminSeed, readSettings } from './settings.ts'
import { hashPassword, type PasswordHash, verifyPassword } from './password-hash.ts'
import { createRefreshToken } from './refresh-token.ts'
import { createSigningKey, type SigningKey, signingKey } from './signing-key.ts'
import { createSlots } from './slots.ts'
import type { SigningKeyRecord } from '../store/key-records.ts'

/** Hashes at once: half of Node's four worker threads, so that the disk never waits behind passwords. */
const HASHES_ACTIVE_MAX = 2
/** Hashes that may wait: about five seconds of work, half an operation's time. */
const HASHES_WAITING_MAX = 60
/** Time until the queue has moved on. */
const HASHES_RETRY_AFTER_MS = 2_000
/** How long a key is used before looking whether there is a newer one. */
const KEY_REFRESH_MS = 60_000

/** Passwords, tokens and keys, as handlers use them. */
export interface Security {
  readonly issuer: string
  readonly audience: string
  readonly admin: AdminSeed | undefined
  /** Runs work that hashes passwords, a bounded number at a time; what is beyond is refused with `overloaded`. */
  costly<T>(work: () => Promise<T>): Promise<T>
  /** Call it within {@link costly}. */
  hash(password: string): Promise<PasswordHash>
  /** Call it within {@link costly}. */
  verify(password: string, stored: PasswordHash): Promise<boolean>
  newRefreshToken(): string
  newSigningKey(now: number): SigningKeyRecord
  /** The key to sign with; asks `load` for it at most once a minute. */
  currentKey(load: () => Promise<SigningKeyRecord | undefined>): Promise<SigningKey>
}

/** Opens what the service needs besides its store. */
export async function openSecurity({ runtime, environment }: ResourceOptions): Promise<Security> {
  const { random, clock } = runtime
  const { issuer, audience, admin } = readSettings(environment)
  const slots = createSlots({ activeMax: HASHES_ACTIVE_MAX, waitingMax: HASHES_WAITING_MAX, retryAfterMs: HASHES_RETRY_AFTER_MS })
  return {
    issuer,
    audience,
    admin,
    costly: slots.run,
    hash: (password) => hashPassword(password, random),
    verify: verifyPassword,
    newRefreshToken: () => createRefreshToken(random),
    newSigningKey: (now) => createSigningKey(random, now),
    currentKey: keyCache(() => clock.monotonic()),
  }
}

function keyCache(monotonic: () => number): Security['currentKey'] {
  let cached: { readonly key: SigningKey; readonly at: number } | undefined
  return async (load) => {
    if (cached !== undefined && monotonic() - cached.at < KEY_REFRESH_MS) return cached.key
    const record = await load()
    if (record === undefined) throw new Error('no signing key; users creates one at its start')
    cached = { key: signingKey(record), at: monotonic() }
    return cached.key
  }
}
