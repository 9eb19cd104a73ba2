import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

/**
 * How tools on this machine and the running platform prove to each other that they know the operator's key, which itself never travels:
 * whoever took the platform's port would otherwise be sent the key of an administrator.
 *
 * The tool sends a nonce; the platform answers a challenge and proves that it knows the key; only then does the tool send its request,
 * with a proof over the challenge and over all that the request says. A challenge is good for one request.
 */
export const OPERATOR_SCHEME = 'Banyan-Operator'

/** Where the platform proves itself; the nonce is the query parameter `nonce`. */
export const OPERATOR_PROOF_PATH = '/api/ops/proof'

/** What a nonce must look like: 16 random bytes or more, as hex. */
export const OPERATOR_NONCE = /^[0-9a-f]{32,128}$/

/** What a proof of a request covers. */
export interface OperatorRequest {
  readonly method: string
  /** Path and query string, as sent. */
  readonly target: string
  /** SHA-256 of the body as hex; of nothing when there is none. */
  readonly bodySha256: string
}

/** What `Authorization: Banyan-Operator …` holds. */
export interface OperatorCredentials {
  readonly challenge: string
  readonly bodySha256: string
  readonly proof: string
}

/** Returns the platform's proof that it knows the key. */
export function platformProof(key: string, nonce: string, challenge: string): string {
  return mac(key, ['platform', nonce, challenge])
}

/** Returns the tool's proof for one request. */
export function requestProof(key: string, challenge: string, { method, target, bodySha256 }: OperatorRequest): string {
  return mac(key, ['request', challenge, method, target, bodySha256])
}

/** Signs what a challenge says, so that the platform need not remember those that it gave out. */
export function challengeSeal(key: string, content: string): string {
  return mac(key, ['challenge', content])
}

/** Returns the SHA-256 of a body, as {@link OperatorRequest} wants it. */
export function bodySha256(body: string | Uint8Array): string {
  return createHash('sha256').update(body).digest('hex')
}

/** Compares two proofs in constant time. */
export function sameProof(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}

/** Writes the value of the `Authorization` header. */
export function operatorAuthorization({ challenge, bodySha256: body, proof }: OperatorCredentials): string {
  return `${OPERATOR_SCHEME} ${challenge} ${body} ${proof}`
}

/** Reads the value of an `Authorization` header; undefined when it is of another scheme or form. */
export function parseOperatorAuthorization(header: string): OperatorCredentials | undefined {
  const match = /^Banyan-Operator ([\w.-]{1,200}) ([0-9a-f]{64}) ([0-9a-f]{64})$/i.exec(header)
  return match ? { challenge: match[1] as string, bodySha256: match[2] as string, proof: match[3] as string } : undefined
}

function mac(key: string, parts: readonly string[]): string {
  return createHmac('sha256', key).update(parts.join('\n')).digest('hex')
}
