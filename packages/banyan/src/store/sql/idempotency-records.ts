import { assertAnswerFits, INLINE_ANSWER_BYTES_MAX } from '../records/bounds.ts'
import type { FoundIdempotencyRecord, IdempotencyRecord, IdempotencyRecords } from '../records/idempotency-records.ts'
import type { Sql } from '../sql.ts'

interface IdempotencyRow {
  readonly scope: string
  readonly request_key: string
  readonly fingerprint: string
  readonly state: IdempotencyRecord['state']
  readonly reply: string | null
  readonly reply_bytes: number
  readonly permits: string | null
  readonly expires_at: number
}

/** Idempotency records in SQL. An expired record counts as absent. */
export class SqlIdempotencyRecords implements IdempotencyRecords {
  readonly #sql: Sql
  readonly #now: () => number

  constructor(sql: Sql, now: () => number) {
    this.#sql = sql
    this.#now = now
  }

  async find(scope: string, key: string): Promise<FoundIdempotencyRecord | undefined> {
    const row = await this.#sql.get<IdempotencyRow>(FIND, scope, key, this.#now())
    return row && idempotencyRecord(row)
  }

  async reply(scope: string, key: string): Promise<string | null> {
    return (await this.#sql.get<{ reply: string | null }>(REPLY, scope, key, this.#now()))?.reply ?? null
  }

  async save(record: IdempotencyRecord): Promise<boolean> {
    assertAnswerFits(record)
    const { scope, key, fingerprint, state, reply, permits, expiresAt } = record
    return (await this.#sql.run(SAVE, scope, key, fingerprint, state, reply, permits, expiresAt, this.#now())) === 1
  }

  prune(now: number, limit: number): Promise<number> {
    return this.#sql.run(PRUNE, now, limit)
  }
}

function idempotencyRecord(row: IdempotencyRow): FoundIdempotencyRecord {
  return {
    scope: row.scope,
    key: row.request_key,
    fingerprint: row.fingerprint,
    state: row.state,
    reply: row.reply,
    replyBytes: row.reply_bytes,
    permits: row.permits,
    expiresAt: row.expires_at,
  }
}

const WHERE_KEPT = 'WHERE scope = ? AND request_key = ? AND expires_at > ?'

const FIND = `SELECT scope, request_key, fingerprint, state, permits, expires_at, COALESCE(octet_length(reply), 0) AS reply_bytes,
  CASE WHEN octet_length(reply) <= ${INLINE_ANSWER_BYTES_MAX} THEN reply END AS reply FROM banyan_idempotency ${WHERE_KEPT}`

const REPLY = `SELECT reply FROM banyan_idempotency ${WHERE_KEPT}`

const SAVE = `INSERT INTO banyan_idempotency (scope, request_key, fingerprint, state, reply, permits, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (scope, request_key) DO UPDATE SET
    fingerprint = excluded.fingerprint, state = excluded.state, reply = excluded.reply, permits = excluded.permits,
    expires_at = excluded.expires_at
  WHERE banyan_idempotency.state = 'started' OR banyan_idempotency.expires_at <= ?`

const PRUNE = `DELETE FROM banyan_idempotency WHERE (scope, request_key) IN
  (SELECT scope, request_key FROM banyan_idempotency WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)`
