import { ACCESS_TOKEN_SECONDS, type Session } from '../contract.ts'
import type { UsersContext } from '../define.ts'
import { signAccessToken } from '../security/access-token.ts'
import { REFRESH_TOKEN_MS, SIGN_IN_MS } from '../security/refresh-token.ts'
import { tokenHash } from '../security/secret-token.ts'
import type { SigningKey } from '../security/signing-key.ts'
import type { Account } from '../store/account-records.ts'
import type { SigningKeyRecord } from '../store/key-records.ts'
import type { SessionRecord } from '../store/session-records.ts'
import { toUser } from './to-user.ts'

/** A session to be stored, and the answer that only its owner gets. */
export interface NewSession {
  readonly record: SessionRecord
  readonly answer: Session
}

/** What a session is opened with. */
export interface SessionParts {
  /** Read by the transaction that stores the session, so that its token says what is true. */
  readonly account: Account
  readonly key: SigningKey
  readonly refreshToken: string
  /** The session that this one follows; without it a new family begins. */
  readonly previous?: SessionRecord
}

/** Returns the key that signs now. Call it before the transaction. */
export function currentKey({ resources, read, now }: UsersContext): Promise<SigningKey> {
  return resources.currentKey(async () => signingNow(await read((tx) => tx.keys.usable(now())), now()))
}

/** The key that began last; the first one of all where even that has not begun, by a clock that went back. */
function signingNow(keys: readonly SigningKeyRecord[], now: number): SigningKeyRecord | undefined {
  return keys.find(({ activeFrom }) => activeFrom <= now) ?? keys.at(-1)
}

/** Makes a session and its tokens; call it within the transaction that stores it. */
export function newSession(context: UsersContext, { account, key, refreshToken, previous }: SessionParts): NewSession {
  // Later than the moment up to which tokens were ended: clocks of two processes differ, and one's own may go back.
  const createdAt = Math.max(context.now(), account.tokensValidAfter + 1)
  const familyExpiresAt = previous?.familyExpiresAt ?? createdAt + SIGN_IN_MS
  const id = context.id()
  const record = {
    id,
    userId: account.id,
    familyId: previous?.familyId ?? id,
    refreshHash: tokenHash(refreshToken),
    createdAt,
    expiresAt: Math.min(createdAt + REFRESH_TOKEN_MS, familyExpiresAt),
    familyExpiresAt,
    revokedAt: null,
    revokedReason: null,
  }
  return { record, answer: sessionAnswer(context, { account, key, refreshToken, record }) }
}

/** What the owner of a stored session gets; the same each time while the account is the same. */
export function sessionAnswer(
  { resources: { issuer, audience }, now }: UsersContext,
  {
    account,
    key,
    refreshToken,
    record,
  }: { readonly account: Account; readonly key: SigningKey; readonly refreshToken: string; readonly record: SessionRecord },
): Session {
  const claims = { issuer, audience, userId: account.id, roles: account.roles, tokenId: record.id, now: record.createdAt }
  const accessToken = signAccessToken(key, claims)
  const expiresIn = ACCESS_TOKEN_SECONDS - Math.max(0, Math.ceil((now() - record.createdAt) / 1_000))
  return { accessToken, refreshToken, tokenType: 'Bearer', expiresIn, user: toUser(account) }
}
