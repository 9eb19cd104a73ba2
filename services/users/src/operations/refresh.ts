import type { Session } from '../contract.ts'
import { operation } from '../define.ts'
import { maySignIn } from '../domain/user-status.ts'
import { refreshHash } from '../security/refresh-token.ts'
import { currentKey, newSession } from './session.ts'

/** Exchanges a refresh token. A token that was exchanged before has been copied: all that came from its sign-in ends. */
export const refresh = operation('refresh', async (input, context) => {
  const { read, transaction, fail, now, log, resources } = context
  const hash = refreshHash(input.refreshToken)
  // Made-up tokens are refused without a transaction.
  if (!(await read((tx) => tx.sessions.byHash(hash)))) return fail('invalid_refresh_token', {})
  const key = await currentKey(context)
  const refreshToken = resources.newRefreshToken()
  let reused: { readonly userId: string; readonly familyId: string } | undefined
  const answer = await transaction(async (tx): Promise<Session | undefined> => {
    reused = undefined
    const session = await tx.sessions.byHash(hash)
    const account = session && (await tx.accounts.byId(session.userId))
    if (!session || !account || session.expiresAt <= now() || !maySignIn(account.status)) return undefined
    const next = newSession(context, { account, key, refreshToken, previous: session })
    if (await tx.sessions.revoke(session.id, 'rotated', next.record.createdAt)) {
      await tx.sessions.insert(next.record)
      return next.answer
    }
    await tx.sessions.revokeFamily(session.familyId, 'reused', next.record.createdAt)
    reused = { userId: session.userId, familyId: session.familyId }
    return undefined
  })
  if (answer) return answer
  if (reused) log.warn('refused a refresh token that was used or revoked before', reused)
  return fail('invalid_refresh_token', {})
})
