import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import type { Random } from 'banyan/kernel'
import type { SigningKeyRecord } from '../store/key-records.ts'

/** A key that signs, ready for use. */
export interface SigningKey {
  readonly kid: string
  readonly privateKey: KeyObject
}

/** A published key (RFC 8037). */
export interface PublicKeyDocument {
  readonly kty: 'OKP'
  readonly crv: 'Ed25519'
  readonly x: string
  readonly kid: string
  readonly alg: string
  readonly use: 'sig'
}

/** Signature algorithm as JWTs name it; `EdDSA` is what verifiers of today know, the newer name `Ed25519` not yet. */
export const SIGNATURE_ALGORITHM = 'EdDSA'

/** PKCS #8 around a raw Ed25519 private key (RFC 8410); the 32 bytes of the key follow. */
const PKCS8_HEADER = Buffer.from('302e020100300506032b657004220420', 'hex')

/** Makes a key pair from 32 random bytes. */
export function createSigningKey(random: Random, now: number, activeFrom: number = now): SigningKeyRecord {
  const seed = random.bytes(new Uint8Array(32))
  const pkcs8 = Buffer.concat([PKCS8_HEADER, seed])
  const { x } = createPublicKey(createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' })).export({ format: 'jwk' }) as { x: string }
  return {
    kid: thumbprint(x),
    privateKey: Buffer.from(seed).toString('base64url'),
    publicKey: x,
    createdAt: now,
    activeFrom,
    retiredAt: null,
  }
}

/** Turns a stored key into one that signs. */
export function signingKey({ kid, privateKey, publicKey }: SigningKeyRecord): SigningKey {
  return { kid, privateKey: createPrivateKey({ key: { kty: 'OKP', crv: 'Ed25519', d: privateKey, x: publicKey }, format: 'jwk' }) }
}

/** Returns the published form of a stored key. */
export function publicKeyDocument({ kid, publicKey }: SigningKeyRecord): PublicKeyDocument {
  return { kty: 'OKP', crv: 'Ed25519', x: publicKey, kid, alg: SIGNATURE_ALGORITHM, use: 'sig' }
}

/** Names a key by its content (RFC 7638), so that two processes cannot give one name to two keys. */
function thumbprint(x: string): string {
  return createHash('sha256').update(`{"crv":"Ed25519","kty":"OKP","x":"${x}"}`).digest('base64url')
}
