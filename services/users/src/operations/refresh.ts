import { operation, type UsersContext, type UsersTransaction } from '../define.ts'
import type { Session } from '../contract.ts'
import { maySignIn } from '../domain/user-status.ts'
import { REFRESH_GRACE_MS, successorToken } from '../security/refresh-token.ts'
import { tokenHash } from '../security/secret-token.ts'
import type { SigningKey } from '../security/signing-key.ts'
import type { Account } from '../store/account-records.ts'
import type { SessionRecord } from '../store/session-records.ts'
import { auditEntry } from './audit-entry.ts'
import { currentKey, newSession, sessionAnswer } from './session.ts'

/**
 * Exchanges a refresh token. Repeated within {@link REFRESH_GRACE_MS}, while its successor was not used, it gets the same answer: two tabs ask
 * at once, and answers get lost. Otherwise a token that was exchanged before has been copied: all that came from its sign-in ends.
 */
export const refresh = operation('refresh', async (input, context) => {
  const { read, transaction, fail, now, resources } = context
  const hash = tokenHash(input.refreshToken)
  // Made-up tokens are refused without a transaction.
  if (!(await read((tx) => tx.sessions.byHash(hash)))) return fail('invalid_refresh_token', {})
  const key = await currentKey(context)
  const refreshToken = successorToken(resources.keyed, input.refreshToken)
  const answer = await transaction(async (tx): Promise<Session | undefined> => {
    const session = await tx.sessions.byHash(hash)
    const account = session && (await tx.accounts.byId(session.userId))
    if (!session || !account || session.expiresAt <= now() || !maySignIn(account.status)) return undefined
    const exchange: Exchange = { session, account, key, refreshToken }
    if (session.revokedAt === null) return exchanged(tx, context, exchange)
    return (await repeated(tx, context, exchange)) ?? reused(tx, context, session)
  })
  return answer ?? fail('invalid_refresh_token', {})
})

/** A token that was shown, and what it is exchanged for. */
interface Exchange {
  readonly session: SessionRecord
  readonly account: Account
  readonly key: SigningKey
  readonly refreshToken: string
}

async function exchanged(tx: UsersTransaction, context: UsersContext, { session, account, key, refreshToken }: Exchange): Promise<Session> {
  const { record, answer } = newSession(context, { account, key, refreshToken, previous: session })
  await tx.sessions.revoke(session.id, 'rotated', context.now())
  await tx.sessions.insert(record)
  return answer
}

/** The answer of the first exchange; undefined when that was too long ago, or whoever got it has used it. */
async function repeated(
  tx: UsersTransaction,
  context: UsersContext,
  { session, account, key, refreshToken }: Exchange,
): Promise<Session | undefined> {
  const { revokedAt, revokedReason } = session
  if (revokedReason !== 'rotated' || revokedAt === null || context.now() - revokedAt > REFRESH_GRACE_MS) return undefined
  const record = await tx.sessions.byHash(tokenHash(refreshToken))
  return record?.revokedAt === null ? sessionAnswer(context, { account, key, refreshToken, record }) : undefined
}

async function reused(tx: UsersTransaction, context: UsersContext, { userId, familyId }: SessionRecord): Promise<undefined> {
  if (await tx.sessions.revokeFamily(familyId, 'reused', context.now()))
    await tx.audit.add(auditEntry(context, { action: 'refresh_token_reused', userId }))
}
