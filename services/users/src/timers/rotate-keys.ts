import type { TimerDefinition } from 'banyan'
import { timer } from '../define.ts'
import { auditEntry } from '../operations/audit-entry.ts'
import { isDue, KEY_AHEAD_MS, KEY_LOOK_MS, KEY_PUBLISHED_MS } from '../security/key-schedule.ts'

/** Id of the one timer that looks after the keys. */
export const ROTATE_KEYS = 'rotate-keys'

/**
 * Replaces the key that signs access tokens once it is old. The next one is published a day before it begins to sign; the last one stays
 * published until its last token has expired, and is forgotten then. Sets itself again.
 */
export const rotateKeys: TimerDefinition<object> = timer('rotate-keys', async (_data: object, context) => {
  const { transaction, resources, now, log } = context
  const next = resources.newSigningKey(now(), now() + KEY_AHEAD_MS)
  const isRotated = await transaction(async (tx) => {
    await tx.keys.forget(now() - KEY_PUBLISHED_MS)
    await tx.schedule(rotateKeys, { id: ROTATE_KEYS, at: now() + KEY_LOOK_MS, data: {} })
    const [last] = await tx.keys.usable(now())
    if (last === undefined || !isDue(last.activeFrom, now())) return false
    await tx.keys.insert(next)
    await tx.keys.retireOthers(next)
    await tx.audit.add(auditEntry(context, { action: 'signing_key_rotated', userId: null, before: [last.kid], after: [next.kid] }))
    return true
  })
  if (isRotated) log.info('made the next key for signing access tokens', { kid: next.kid, from: new Date(next.activeFrom).toISOString() })
})
