import { type Principal, schemaCheck, SUBJECT_LENGTH_MAX, Text } from 'banyan/contract'
import { BanyanError, type Clock, type Logger } from 'banyan/kernel'
import { decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from 'jose'
import { createKeySet, type PublishedKeys } from './key-set.ts'
import type { Revocations } from './revocations.ts'
import { createTokenCache, type VerifiedToken } from './token-cache.ts'

/** Which access tokens (JWT, RFC 9068) are accepted. */
export interface TokenRules {
  readonly issuer: string
  readonly audience: string
  /** The one signature algorithm. Default `EdDSA` (Ed25519). Never symmetric. */
  readonly algorithm?: string
  /** Claim that lists the roles. Default `roles`. */
  readonly rolesClaim?: string
}

/** Verifies access tokens. */
export interface TokenVerifier {
  /** The principal of a token that was verified a moment ago; undefined when it must be verified. */
  known(token: string): Principal | undefined
  /** Verifies a token. Rejects with `unauthenticated` that says why, or `unavailable` when there are no keys to check with. */
  verify(token: string): Promise<Principal>
}

/** Longest token, in characters. */
const TOKEN_LENGTH_MAX = 8_192
/** Difference between the issuer's clock and ours that does not matter, in seconds. */
const TOLERANCE_SECONDS = 5
const ROLES_MAX = 100
/** Services take the subject as the id of a user, and bound it so. */
const SUBJECT = schemaCheck(Text.subject())

/** What a verifier is built from. */
export interface TokenVerifierParts {
  readonly rules: TokenRules
  /** Asks the issuer for its public keys. */
  readonly load: () => Promise<PublishedKeys>
  /** Tokens that were ended before their time. Default: a token is good until it expires. */
  readonly revocations?: Revocations | undefined
  readonly clock: Clock
  readonly log: Logger
}

/** Creates a verifier. */
export function createTokenVerifier({ rules, load, revocations, clock, log }: TokenVerifierParts): TokenVerifier {
  const { issuer, audience, algorithm = 'EdDSA', rolesClaim = 'roles' } = rules
  const cache = createTokenCache(clock)
  const keys = createKeySet({ load, algorithm, clock, log, onChange: cache.clear })
  const options = {
    algorithms: [algorithm],
    issuer,
    audience,
    typ: 'at+jwt',
    clockTolerance: TOLERANCE_SECONDS,
    requiredClaims: revocations === undefined ? ['exp', 'sub'] : ['exp', 'sub', 'iat'],
  }
  function wasEnded({ principal, issuedAt }: VerifiedToken): boolean {
    return revocations?.refuses(principal.subject, issuedAt) === true
  }
  return {
    known(token) {
      const found = cache.get(token)
      if (found === undefined || revocations === undefined) return found?.principal
      return revocations.current() && !wasEnded(found) ? found.principal : undefined
    },
    async verify(token) {
      const verified = cache.get(token) ?? (await verifiedNow(token))
      await revocations?.renew()
      if (wasEnded(verified)) throw refused('it was ended before its time; sign in again or refresh it')
      return verified.principal
    },
  }

  async function verifiedNow(token: string): Promise<VerifiedToken> {
    const key = await keys.find(keyId(token, algorithm))
    if (key === undefined) throw refused('it is signed with a key that its issuer does not have')
    const epoch = cache.epoch()
    const { payload } = await jwtVerify(token, key, { ...options, currentDate: new Date(clock.now()) }).catch((error: unknown) => {
      throw refused(reason(error), error)
    })
    const verified = { principal: principalOf(payload, rolesClaim), issuedAt: issuedAtOf(payload) }
    cache.set(token, verified, (payload.exp as number) * 1_000, epoch)
    return verified
  }
}

/** Reads the id of the key from the header, and refuses other algorithms before any key is asked for. */
function keyId(token: string, algorithm: string): string | undefined {
  if (token.length > TOKEN_LENGTH_MAX) throw refused(`it is longer than ${TOKEN_LENGTH_MAX} characters`)
  let header: { alg?: unknown; kid?: unknown }
  try {
    header = decodeProtectedHeader(token)
  } catch (cause) {
    throw refused('it is not a JWT', cause)
  }
  if (header.alg !== algorithm) throw refused(`it must be signed with ${algorithm}`)
  if (header.kid !== undefined && typeof header.kid !== 'string') throw refused('its key id is not a text')
  return header.kid
}

function principalOf(payload: JWTPayload, rolesClaim: string): Principal {
  const sub: unknown = payload.sub
  if (typeof sub !== 'string' || !SUBJECT.fits(sub)) throw refused(`its subject is not 1 to ${SUBJECT_LENGTH_MAX} visible ASCII characters`)
  const claimed = payload[rolesClaim]
  const roles = Array.isArray(claimed) ? claimed.filter((role): role is string => typeof role === 'string').slice(0, ROLES_MAX) : []
  return { kind: 'user', subject: sub, roles }
}

/** `iat` may have fractions of a second (RFC 7519), and needs them: a token may be issued right after the ones before it were ended. */
function issuedAtOf({ iat }: JWTPayload): number {
  return iat === undefined ? -Infinity : Math.round(iat * 1_000)
}

function reason(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'it has expired; sign in again or refresh it'
  if (error instanceof errors.JWTClaimValidationFailed) return `its "${error.claim}" is not accepted here`
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'its signature is wrong'
  return 'it cannot be verified'
}

function refused(why: string, cause?: unknown): BanyanError {
  return new BanyanError('unauthenticated', `the access token was refused: ${why}`, cause === undefined ? {} : { cause })
}
