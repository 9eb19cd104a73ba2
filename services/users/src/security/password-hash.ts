import { scrypt, timingSafeEqual } from 'node:crypto'
import type { Random } from 'banyan/kernel'

/** Cost of scrypt: memory is 128 · N · r bytes. */
export interface ScryptParameters {
  readonly N: number
  readonly r: number
  readonly p: number
}

/** A stored password. Salt and hash are base64url. */
export interface PasswordHash {
  readonly algorithm: string
  readonly parameters: ScryptParameters
  readonly salt: string
  readonly hash: string
}

/** OWASP's choice with 16 MiB (as strong as N = 2^17, p = 1 with 128 MiB): some 150 ms of one core, little memory when several sign in. */
const SCRYPT_PARAMETERS: ScryptParameters = { N: 2 ** 14, r: 8, p: 5 }
/** Bytes of salt: enough that no two users share one. */
const SALT_BYTES = 16
/** Bytes of the hash: longer ones add nothing. */
const HASH_BYTES = 32
const ALGORITHM = 'scrypt'

/** Hashes passwords and tells whether they fit, off the main thread. */
export interface PasswordHasher {
  /** Hashes a password with a fresh salt. */
  hash(password: string): Promise<PasswordHash>
  /** Tells whether a password fits, in a time that does not depend on the answer. `undefined`, no user: fits nothing, and takes as long. */
  verify(password: string, stored: PasswordHash | undefined): Promise<boolean>
  /** Tells whether a hash was made with other costs than today's, so that it should be made anew at the next sign-in. */
  isOutdated(stored: PasswordHash): boolean
}

/** Makes a hasher; `parameters` are for tests of what surrounds the hashes, which need not cost what they should cost a thief. */
export function passwordHasher(random: Random, parameters: ScryptParameters = SCRYPT_PARAMETERS): PasswordHasher {
  const { N, r, p } = parameters
  const nobody = { algorithm: ALGORITHM, parameters, salt: toText(new Uint8Array(SALT_BYTES)), hash: toText(new Uint8Array(HASH_BYTES)) }
  return {
    async hash(password) {
      const salt = random.bytes(new Uint8Array(SALT_BYTES))
      const hash = await derive(password, salt, parameters)
      return { algorithm: ALGORITHM, parameters, salt: toText(salt), hash: toText(hash) }
    },
    async verify(password, stored = nobody) {
      const expected = Buffer.from(stored.hash, 'base64url')
      const actual = await derive(password, Buffer.from(stored.salt, 'base64url'), stored.parameters)
      return actual.length === expected.length && timingSafeEqual(actual, expected)
    },
    isOutdated: ({ algorithm, parameters: own }) => algorithm !== ALGORITHM || own.N !== N || own.r !== r || own.p !== p,
  }
}

function derive(password: string, salt: Uint8Array, { N, r, p }: ScryptParameters): Promise<Buffer> {
  const maxmem = 2 * 128 * N * r // Node refuses exactly the amount that scrypt needs
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, HASH_BYTES, { N, r, p, maxmem }, (error, key) => (error ? reject(error) : resolve(key)))
  })
}

function toText(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url')
}
