import type { Session } from '../contract.ts'
import type { UsersContext } from '../define.ts'
import { ACCESS_TOKEN_SECONDS, signAccessToken } from '../security/access-token.ts'
import { REFRESH_TOKEN_MS, refreshHash, SIGN_IN_MS } from '../security/refresh-token.ts'
import type { Account } from '../store/account-records.ts'
import type { SessionRecord } from '../store/session-records.ts'
import { toUser } from './to-user.ts'

/** A session to be stored, and the answer that only its owner gets. */
export interface NewSession {
  readonly record: SessionRecord
  readonly answer: Session
}

/**
 * Makes a session and signs its access token; part of the family of `previous`, or the first of a new one.
 * Call it before the transaction that decides whether the session is stored and its answer given.
 */
export async function newSession(context: UsersContext, account: Account, previous?: SessionRecord): Promise<NewSession> {
  const createdAt = context.now()
  const refreshToken = context.resources.newRefreshToken()
  const familyExpiresAt = previous?.familyExpiresAt ?? createdAt + SIGN_IN_MS
  const id = context.id()
  const record = {
    id,
    userId: account.id,
    familyId: previous?.familyId ?? id,
    refreshHash: refreshHash(refreshToken),
    createdAt,
    expiresAt: Math.min(createdAt + REFRESH_TOKEN_MS, familyExpiresAt),
    familyExpiresAt,
    revokedAt: null,
  }
  const accessToken = await accessTokenOf(context, account, createdAt)
  return { record, answer: { accessToken, refreshToken, tokenType: 'Bearer', expiresIn: ACCESS_TOKEN_SECONDS, user: toUser(account) } }
}

async function accessTokenOf({ resources, read, id }: UsersContext, { id: userId, roles }: Account, now: number): Promise<string> {
  const key = await resources.currentKey(async () => (await read((tx) => tx.keys.usable(now))).find((record) => record.retiredAt === null))
  const { issuer, audience } = resources
  return signAccessToken(key, { issuer, audience, userId, roles, tokenId: id(), now })
}
