import type { IncomingMessage } from 'node:http'
import { ANONYMOUS, type Principal } from 'banyan/contract'
import { BanyanError } from 'banyan/kernel'
import type { ApiKeys } from './api-keys.ts'
import { claimsOperator, type OperatorAccess } from './operator-access.ts'
import type { TokenVerifier } from './token-verifier.ts'

/**
 * Finds out who sent a request: a principal at once where it is known, or a promise that rejects with `unauthenticated` for
 * credentials that are wrong and `unavailable` where they cannot be checked.
 */
export type Authentication = (request: IncomingMessage) => Principal | Promise<Principal>

/** What can be presented. */
interface Credentials {
  readonly tokens: TokenVerifier | undefined
  readonly keys: ApiKeys
  readonly operator: OperatorAccess | undefined
}

/** Combines access tokens, API keys and the operator's proofs. Without a verifier every token is refused: it could not be checked. */
export function createAuthentication({ tokens, keys, operator }: Credentials): Authentication {
  return (request) => {
    const { headers } = request
    const { authorization } = headers
    const secret = headers['x-api-key']
    if (secret !== undefined) {
      if (authorization !== undefined) return refuse('send either an access token or an API key, not both')
      return (typeof secret === 'string' ? keys(secret) : undefined) ?? refuse('the API key is not known')
    }
    if (authorization === undefined) return ANONYMOUS
    if (claimsOperator(request))
      return operator?.verify(request) ?? refuse('the proof of the operator is wrong, old or used; ask for a challenge')
    if (authorization.length < 8 || authorization.slice(0, 7).toLowerCase() !== 'bearer ')
      return refuse('the authorization scheme must be Bearer; send "Authorization: Bearer <token>"')
    const token = authorization.slice(7).trim()
    return tokens === undefined ? refuse('access tokens are not accepted here') : (tokens.known(token) ?? tokens.verify(token))
  }
}

function refuse(message: string): Promise<never> {
  return Promise.reject(new BanyanError('unauthenticated', message))
}
