import type { UsersContext } from '../define.ts'
import type { AuditAction, AuditRecord } from '../store/audit-records.ts'
import { originKey } from './origin-key.ts'

/** What happened. */
export interface AuditEvent {
  readonly action: AuditAction
  readonly userId: string | null
  readonly before?: readonly string[]
  readonly after?: readonly string[]
}

/** What is known of who did it. */
type Who = Pick<UsersContext, 'principal' | 'origin' | 'resources' | 'now' | 'id'>

/** Makes an entry of the trail: what happened, who did it, and from where. */
export function auditEntry({ principal, origin, resources, now, id }: Who, { action, userId, before, after }: AuditEvent): AuditRecord {
  return {
    id: id(),
    at: now(),
    action,
    userId,
    actorKind: principal.kind,
    actorId: principal.subject,
    originKey: origin === undefined ? null : originKey({ origin, resources }),
    before: before ?? null,
    after: after ?? null,
  }
}
