import { removeAged, type Sql, type SqlValue } from 'banyan'
import type { AUDIT_ACTIONS } from '../contract.ts'

/** What the trail tells of. */
export type AuditAction = (typeof AUDIT_ACTIONS)[number]

/** One entry of the trail of accounts. It never changes. */
export interface AuditRecord {
  /** UUIDv7: entries sort by it. */
  readonly id: string
  /** Epoch milliseconds. */
  readonly at: number
  readonly action: AuditAction
  /** Whose account it is about; null for an attempt on none that exists. */
  readonly userId: string | null
  readonly actorKind: string
  readonly actorId: string
  /** Keyed hash of the address, so that entries of one address can be put together; null for what no request caused. */
  readonly originKey: string | null
  /** What there was before and after, for changes. Never secrets. */
  readonly before: readonly string[] | null
  readonly after: readonly string[] | null
}

/** Which entries to list. */
export interface AuditFilter {
  readonly userId?: string | undefined
  readonly action?: AuditAction | undefined
  /** Id after which the page begins. */
  readonly cursor?: string | undefined
  readonly limit: number
}

type AuditRow = Omit<AuditRecord, 'before' | 'after'> & { readonly before: string | null; readonly after: string | null }

const DAY_MS = 24 * 60 * 60_000
/** How long most entries are kept: a year's trail, with a month to audit it. */
const KEPT_MS = 400 * DAY_MS
/** How long failed sign-ins are kept: strangers can make a dozen a second, and nobody asks about them later. */
const FAILURES_KEPT_MS = 30 * DAY_MS

/** Adds to and reads the trail; nothing changes an entry. */
export function auditRecords(sql: Sql) {
  return {
    async add(entry: AuditRecord): Promise<void> {
      const keptMs = entry.action === 'login_failed' ? FAILURES_KEPT_MS : KEPT_MS
      await sql.run(
        `INSERT INTO account_audit (id, at, action, user_id, actor_kind, actor_id, origin_key, value_before, value_after, expires_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        entry.id,
        entry.at,
        entry.action,
        entry.userId,
        entry.actorKind,
        entry.actorId,
        entry.originKey,
        entry.before && JSON.stringify(entry.before),
        entry.after && JSON.stringify(entry.after),
        entry.at + keptMs,
      )
    },
    /** Newest first. */
    async list({ userId, action, cursor, limit }: AuditFilter): Promise<AuditRecord[]> {
      const { where, order, values } = placeIn({ user_id: userId, action }, cursor)
      const rows = await sql.all<AuditRow>(
        `SELECT id, at, action, user_id AS "userId", actor_kind AS "actorKind", actor_id AS "actorId", origin_key AS "originKey",
           value_before AS "before", value_after AS "after" FROM account_audit WHERE ${where} ORDER BY ${order} LIMIT ?`,
        ...values,
        limit,
      )
      return rows.map((row) => ({ ...row, before: parsed(row.before), after: parsed(row.after) }))
    },
  }
}

/** Behind all ids, which are hexadecimal, in whatever order of letters. */
const LAST_ID = 'z'

/**
 * Says where a page of the trail begins in the order of the index that has what is asked for before the id. Written as places in that order, and
 * not as equal columns: PostgreSQL would rather walk the ids of everybody backwards until it has met enough of a user or an action.
 */
function placeIn(asked: Readonly<Record<string, SqlValue | undefined>>, cursor: string = LAST_ID) {
  const given = Object.entries(asked).filter((one): one is [string, SqlValue] => one[1] !== undefined)
  const columns = given.map(([column]) => column)
  const values = given.map(([, value]) => value)
  const order = [...columns, 'id'].map((column) => `${column} DESC`).join(', ')
  const marks = (count: number): string => Array.from({ length: count }, () => '?').join(', ')
  if (columns.length === 0) return { where: 'id < ?', order, values: [cursor] }
  const before = `(${columns.join(', ')}, id) < (${marks(columns.length)}, ?)`
  const from = `(${columns.join(', ')}) >= (${marks(columns.length)})`
  return { where: `${before} AND ${from}`, order, values: [...values, cursor, ...values] }
}

/** Entries whose time is up. */
export const expiredAudit = removeAged({ name: 'account-audit', table: 'account_audit', key: 'id', time: 'expires_at' })

function parsed(text: string | null): readonly string[] | null {
  return text === null ? null : (JSON.parse(text) as string[])
}
