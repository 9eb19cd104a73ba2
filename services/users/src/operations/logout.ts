import { operation } from '../define.ts'
import { tokenHash } from '../security/secret-token.ts'

/** Ends the session of a refresh token, and with it everything that came from the same sign-in. */
export const logout = operation('logout', async (input, { transaction, now }) => {
  const hash = tokenHash(input.refreshToken)
  return transaction(async (tx) => {
    const session = await tx.sessions.byHash(hash)
    if (session) await tx.sessions.revokeFamily(session.familyId, 'logout', now())
    return null
  })
})
