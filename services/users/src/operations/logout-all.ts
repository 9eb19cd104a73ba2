import { operation } from '../define.ts'
import { checkActor } from './actor.ts'
import { auditEntry } from './audit-entry.ts'
import { endSignIns } from './end-sign-ins.ts'

/** Ends all sessions of the signed-in user. Devices stay known: they are no way in. */
export const logoutAll = operation('logoutAll', async (_input, context) => {
  const { transaction, principal, now } = context
  return transaction(async (tx) => {
    const actor = await checkActor(tx, principal)
    if (!actor) return null
    await endSignIns(tx, actor.id, 'logout_all', now())
    await tx.audit.add(auditEntry(context, { action: 'signed_out_everywhere', userId: actor.id }))
    return null
  })
})
