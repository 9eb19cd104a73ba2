import { toTimestamp } from 'banyan'
import { operation } from '../define.ts'
import type { AuditRecord } from '../store/audit-records.ts'

/** Entries of a page where the caller names no number. */
const PAGE_SIZE = 50

/** Lists the trail of accounts, newest first; the cursor is the last id of the page before. */
export const audit = operation('audit', async ({ limit = PAGE_SIZE, ...filter }, { read }) => {
  const found = await read((tx) => tx.audit.list({ ...filter, limit: limit + 1 }))
  const page = found.slice(0, limit)
  return { items: page.map(toEntry), nextCursor: found.length > limit ? (page.at(-1)?.id ?? null) : null }
})

function toEntry({ id, at, action, userId, actorKind, actorId, originKey, before, after }: AuditRecord) {
  return {
    id,
    at: toTimestamp(at),
    action,
    userId,
    actor: { kind: actorKind, id: actorId },
    origin: originKey,
    before: before && [...before],
    after: after && [...after],
  }
}
