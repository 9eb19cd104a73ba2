import type { IncomingMessage } from 'node:http'
import type { Principal } from 'banyan/contract'
import {
  bodySha256,
  challengeSeal,
  OPERATOR_SCHEME,
  type OperatorCredentials,
  parseOperatorAuthorization,
  platformProof,
  requestProof,
  sameProof,
} from 'banyan/host'
import { BanyanError, type Runtime } from 'banyan/kernel'

/** Lets tools in that know the operator's key, without its ever being sent; see `operator-proof.ts`. */
export interface OperatorAccess {
  /** Answers a nonce with a challenge and the proof that this process knows the key. */
  prove(nonce: string): { readonly challenge: string; readonly proof: string }
  /** Returns the operator's principal; undefined when the credentials are wrong, old or used. */
  verify(request: IncomingMessage): Principal | undefined
}

/** Time between a challenge and the request that answers it: both come from one machine. */
const CHALLENGE_MS = 30_000
const CHALLENGE_BYTES = 16
/** Used challenges are swept away when so many have gathered; only requests of an operator are among them. */
const USED_SWEPT_AT = 1_000

/** Creates the access for a key. */
export function createOperatorAccess(
  key: string,
  roles: readonly string[],
  { clock, ids }: Pick<Runtime, 'clock' | 'ids'>,
): OperatorAccess {
  const principal: Principal = { kind: 'key', subject: 'operator', roles }
  const used = new Map<string, number>()

  function isOurs(challenge: string): boolean {
    const [givenAt = '', random = '', seal = ''] = challenge.split('.')
    const ageMs = clock.monotonic() - Number(givenAt)
    return sameProof(seal, challengeSeal(key, `${givenAt}.${random}`)) && ageMs >= 0 && ageMs <= CHALLENGE_MS
  }
  function useOnce(challenge: string): boolean {
    const now = clock.monotonic()
    if (used.has(challenge)) return false
    if (used.size >= USED_SWEPT_AT) for (const [old, at] of used) if (now - at > CHALLENGE_MS) used.delete(old)
    used.set(challenge, now)
    return true
  }
  return {
    prove(nonce) {
      const content = `${Math.floor(clock.monotonic())}.${ids.hex(CHALLENGE_BYTES)}`
      const challenge = `${content}.${challengeSeal(key, content)}`
      return { challenge, proof: platformProof(key, nonce, challenge) }
    },
    verify(request) {
      const given = credentialsOf(request)
      if (given === undefined || !isOurs(given.challenge)) return undefined
      const { method = '', url = '' } = request
      const expected = requestProof(key, given.challenge, { method, target: url, bodySha256: given.bodySha256 })
      return sameProof(given.proof, expected) && useOnce(given.challenge) ? principal : undefined
    },
  }
}

/** Tells whether a request claims to come from the operator. */
export function claimsOperator({ headers: { authorization } }: IncomingMessage): boolean {
  return authorization?.slice(0, OPERATOR_SCHEME.length + 1).toLowerCase() === `${OPERATOR_SCHEME.toLowerCase()} `
}

/** Throws `unauthenticated` when a request of the operator has another body than its proof covers. */
export function checkSignedBody(request: IncomingMessage, body: Uint8Array): void {
  if (!claimsOperator(request) || credentialsOf(request)?.bodySha256 === bodySha256(body)) return
  throw new BanyanError('unauthenticated', 'the body is not the one that the proof of the operator covers')
}

function credentialsOf({ headers: { authorization } }: IncomingMessage): OperatorCredentials | undefined {
  return authorization === undefined ? undefined : parseOperatorAuthorization(authorization)
}
