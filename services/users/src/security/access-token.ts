import { SignJWT } from 'jose'
import { SIGNATURE_ALGORITHM, type SigningKey } from './signing-key.ts'

/** How long an access token is good, in seconds: a disabled user keeps access at most this long, because nobody asks back. */
export const ACCESS_TOKEN_SECONDS = 15 * 60

/** What an access token says. */
export interface AccessClaims {
  readonly issuer: string
  readonly audience: string
  readonly userId: string
  readonly roles: readonly string[]
  readonly tokenId: string
  /** Epoch milliseconds. */
  readonly now: number
}

/** Signs an access token (RFC 9068). It holds no personal data: tokens end up in logs of others. */
export function signAccessToken(key: SigningKey, { issuer, audience, userId, roles, tokenId, now }: AccessClaims): Promise<string> {
  const issuedAt = Math.floor(now / 1_000)
  return new SignJWT({ roles })
    .setProtectedHeader({ alg: SIGNATURE_ALGORITHM, typ: 'at+jwt', kid: key.kid })
    .setIssuer(issuer)
    .setAudience(audience)
    .setSubject(userId)
    .setJti(tokenId)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + ACCESS_TOKEN_SECONDS)
    .sign(key.privateKey)
}
