import type { Sql } from 'banyan'

/** A key pair for signing access tokens, as raw base64url numbers of RFC 8037. Times are epoch milliseconds. */
export interface SigningKeyRecord {
  readonly kid: string
  readonly privateKey: string
  readonly publicKey: string
  readonly createdAt: number
  readonly retiredAt: number | null
}

/** Keys kept at most; each one is published until the last token it signed has expired. */
const KEYS_MAX = 20

/** Reads and writes signing keys. */
export function keyRecords(sql: Sql) {
  return {
    async insert({ kid, privateKey, publicKey, createdAt }: SigningKeyRecord): Promise<void> {
      await sql.run(
        'INSERT INTO signing_key (kid, private_key, public_key, created_at) VALUES (?, ?, ?, ?)',
        kid,
        privateKey,
        publicKey,
        createdAt,
      )
    },
    /** Keys in use and those retired after `retiredAfter`, newest first. */
    async usable(retiredAfter: number): Promise<SigningKeyRecord[]> {
      return sql.all<SigningKeyRecord>(
        `SELECT kid, private_key AS "privateKey", public_key AS "publicKey", created_at AS "createdAt", retired_at AS "retiredAt"
         FROM signing_key WHERE retired_at IS NULL OR retired_at > ? ORDER BY created_at DESC, kid DESC LIMIT ?`,
        retiredAfter,
        KEYS_MAX,
      )
    },
  }
}
