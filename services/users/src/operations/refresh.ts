import { operation } from '../define.ts'
import { maySignIn } from '../domain/user-status.ts'
import { refreshHash } from '../security/refresh-token.ts'
import { newSession } from './session.ts'

/** Exchanges a refresh token. A token that was exchanged before has been copied: all that came from its sign-in ends. */
export const refresh = operation('refresh', async (input, context) => {
  const { read, transaction, fail, now, log } = context
  const hash = refreshHash(input.refreshToken)
  const { session, account } = await read(async (tx) => {
    const found = await tx.sessions.byHash(hash)
    return { session: found, account: found && (await tx.accounts.byId(found.userId)) }
  })
  if (!session || !account || session.expiresAt <= now() || !maySignIn(account.status)) return fail('invalid_refresh_token', {})
  const { record, answer } = await newSession(context, account, session)
  const exchanged = await transaction(async (tx) => {
    if (await tx.sessions.revoke(session.id, 'rotated', record.createdAt)) {
      await tx.sessions.insert(record)
      return answer
    }
    await tx.sessions.revokeFamily(session.familyId, 'reused', record.createdAt)
    return undefined
  })
  if (exchanged) return exchanged
  log.warn('refused a refresh token that was used or revoked before', { userId: session.userId, familyId: session.familyId })
  return fail('invalid_refresh_token', {})
})
