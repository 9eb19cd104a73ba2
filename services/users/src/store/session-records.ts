import { removeAged, type Sql } from 'banyan'

/** One refresh token. Tokens that came from one sign-in form a family. Times are epoch milliseconds. */
export interface SessionRecord {
  readonly id: string
  readonly userId: string
  readonly familyId: string
  readonly refreshHash: string
  readonly createdAt: number
  readonly expiresAt: number
  /** When the user must sign in again, however often the token was exchanged. */
  readonly familyExpiresAt: number
  readonly revokedAt: number | null
  readonly revokedReason: RevocationReason | null
}

/** Why a refresh token is no longer good. */
export type RevocationReason = 'rotated' | 'reused' | 'logout' | 'logout_all' | 'disabled' | 'role_lost' | 'password' | 'erased'

interface SessionRow {
  id: string
  user_id: string
  family_id: string
  refresh_hash: string
  created_at: number
  expires_at: number
  family_expires_at: number
  revoked_at: number | null
  revoked_reason: RevocationReason | null
}

/** Expired tokens that one sign-in forgets: more than it adds, and no more than nobody waits for. */
const FORGOTTEN_AT_ONCE = 20

/** What has expired by the clock of one instance may be good by that of another: no two are a day apart. */
const CLOCKS_APART_MS = 24 * 60 * 60_000

/** Reads and writes sessions. */
export function sessionRecords(sql: Sql) {
  return {
    async insert(session: SessionRecord): Promise<void> {
      await sql.run(
        `INSERT INTO session (id, user_id, family_id, refresh_hash, created_at, expires_at, family_expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
        session.id,
        session.userId,
        session.familyId,
        session.refreshHash,
        session.createdAt,
        session.expiresAt,
        session.familyExpiresAt,
      )
    },
    async byHash(refreshHash: string): Promise<SessionRecord | undefined> {
      const row = await sql.get<SessionRow>('SELECT * FROM session WHERE refresh_hash = ?', refreshHash)
      return row && toSession(row)
    },
    /** Revokes one token; false when it was revoked already. */
    async revoke(id: string, reason: RevocationReason, now: number): Promise<boolean> {
      const query = 'UPDATE session SET revoked_at = ?, revoked_reason = ? WHERE id = ? AND revoked_at IS NULL'
      return (await sql.run(query, now, reason, id)) === 1
    },
    /** Revokes what came from one sign-in; false when all of it was revoked already. */
    async revokeFamily(familyId: string, reason: RevocationReason, now: number): Promise<boolean> {
      const query = 'UPDATE session SET revoked_at = ?, revoked_reason = ? WHERE family_id = ? AND revoked_at IS NULL'
      return (await sql.run(query, now, reason, familyId)) > 0
    },
    /** Revokes all that a user could still use; what has expired waits for its removal as it is. */
    async revokeUser(userId: string, reason: RevocationReason, now: number): Promise<void> {
      const query = 'UPDATE session SET revoked_at = ?, revoked_reason = ? WHERE user_id = ? AND expires_at >= ? AND revoked_at IS NULL'
      await sql.run(query, now, reason, userId, now - CLOCKS_APART_MS)
    },
    /** When the newest session of a user was opened; 0 without one. */
    async newestAt(userId: string): Promise<number> {
      const row = await sql.get<{ at: number | null }>('SELECT MAX(created_at) AS at FROM session WHERE user_id = ?', userId)
      return row?.at ?? 0
    },
    /** Forgets some of a user's expired tokens, the oldest; used ones are kept until then, so that reuse is noticed. The rule removes the others. */
    async deleteExpired(userId: string, now: number): Promise<void> {
      const oldest = 'SELECT id FROM session WHERE user_id = ? AND expires_at < ? ORDER BY expires_at LIMIT ?'
      await sql.run(`DELETE FROM session WHERE id IN (${oldest})`, userId, now, FORGOTTEN_AT_ONCE)
    },
  }
}

/** Sessions of users who never come back. */
export const expiredSessions = removeAged({ name: 'sessions', table: 'session', key: 'id', time: 'expires_at' })

function toSession(row: SessionRow): SessionRecord {
  return {
    id: row.id,
    userId: row.user_id,
    familyId: row.family_id,
    refreshHash: row.refresh_hash,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    familyExpiresAt: row.family_expires_at,
    revokedAt: row.revoked_at,
    revokedReason: row.revoked_reason,
  }
}
