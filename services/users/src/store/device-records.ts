import { removeAged, type Sql } from 'banyan'

/** A device from which its owner has signed in. Times are epoch milliseconds. */
export interface DeviceRecord {
  /** Hash of the token that the device shows. */
  readonly tokenHash: string
  readonly userId: string
  /** Keyed hash of the address of its last sign-in. */
  readonly originKey: string
  readonly seenAt: number
  readonly expiresAt: number
}

/** Devices of one user at most: a household's, and some that are forgotten. The one that was seen longest ago makes room. */
const DEVICES_MAX = 10

/** Reads and writes known devices. */
export function deviceRecords(sql: Sql) {
  return {
    /** Whether a user has signed in with this token before. */
    async isKnown(userId: string, tokenHash: string, now: number): Promise<boolean> {
      const query = 'SELECT 1 AS known FROM device WHERE token_hash = ? AND user_id = ? AND expires_at > ?'
      return (await sql.get(query, tokenHash, userId, now)) !== undefined
    },
    /** Whether a user has signed in from this address before, on a device that is still known. */
    async isKnownOrigin(userId: string, originKey: string, now: number): Promise<boolean> {
      const query = 'SELECT 1 AS known FROM device WHERE user_id = ? AND origin_key = ? AND expires_at > ? LIMIT 1'
      return (await sql.get(query, userId, originKey, now)) !== undefined
    },
    /** Remembers a device; those beyond {@link DEVICES_MAX} are forgotten. */
    async remember({ tokenHash, userId, originKey, seenAt, expiresAt }: DeviceRecord): Promise<void> {
      await sql.run(
        `INSERT INTO device (token_hash, user_id, origin_key, seen_at, expires_at) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (token_hash) DO UPDATE SET origin_key = excluded.origin_key, seen_at = excluded.seen_at, expires_at = excluded.expires_at`,
        tokenHash,
        userId,
        originKey,
        seenAt,
        expiresAt,
      )
      await sql.run(
        `DELETE FROM device WHERE user_id = ? AND token_hash NOT IN
           (SELECT token_hash FROM device WHERE user_id = ? ORDER BY seen_at DESC, token_hash LIMIT ?)`,
        userId,
        userId,
        DEVICES_MAX,
      )
    },
    async forgetAll(userId: string): Promise<void> {
      await sql.run('DELETE FROM device WHERE user_id = ?', userId)
    },
  }
}

/** Devices that were not seen for long. */
export const expiredDevices = removeAged({ name: 'devices', table: 'device', key: 'token_hash', time: 'expires_at' })
