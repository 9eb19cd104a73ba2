import type { Sql } from 'banyan'

/** A key pair for signing access tokens, as raw base64url numbers of RFC 8037. Times are epoch milliseconds. */
export interface SigningKeyRecord {
  readonly kid: string
  readonly privateKey: string
  readonly publicKey: string
  readonly createdAt: number
  /** When it begins to sign; it is published before. */
  readonly activeFrom: number
  /** When it stops to sign; null while no key follows it. */
  readonly retiredAt: number | null
}

/** Keys kept at most; each one is published until the last token it signed has expired. */
const KEYS_MAX = 20

/** Reads and writes signing keys. */
export function keyRecords(sql: Sql) {
  return {
    async insert({ kid, privateKey, publicKey, createdAt, activeFrom }: SigningKeyRecord): Promise<void> {
      await sql.run(
        'INSERT INTO signing_key (kid, private_key, public_key, created_at, active_from) VALUES (?, ?, ?, ?, ?)',
        kid,
        privateKey,
        publicKey,
        createdAt,
        activeFrom,
      )
    },
    /** Makes a key the last one that signs: all others stop when it begins. */
    async retireOthers({ kid, activeFrom }: Pick<SigningKeyRecord, 'kid' | 'activeFrom'>): Promise<void> {
      await sql.run('UPDATE signing_key SET retired_at = ? WHERE retired_at IS NULL AND kid <> ?', activeFrom, kid)
    },
    /** Forgets keys whose last token has expired. */
    async forget(retiredBefore: number): Promise<void> {
      await sql.run('DELETE FROM signing_key WHERE retired_at < ?', retiredBefore)
    },
    /** Keys that sign, will sign, or were retired after `retiredAfter`; the one that begins last comes first. */
    async usable(retiredAfter: number): Promise<SigningKeyRecord[]> {
      return sql.all<SigningKeyRecord>(
        `SELECT kid, private_key AS "privateKey", public_key AS "publicKey", created_at AS "createdAt", active_from AS "activeFrom",
           retired_at AS "retiredAt"
         FROM signing_key WHERE retired_at IS NULL OR retired_at > ? ORDER BY active_from DESC, kid DESC LIMIT ?`,
        retiredAfter,
        KEYS_MAX,
      )
    },
  }
}
