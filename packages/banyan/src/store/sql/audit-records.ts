import type { AuditRecord, AuditRecords } from '../records/audit-records.ts'
import type { Sql } from '../sql.ts'
import { boundedLimit } from '../records/bounded-limit.ts'

interface AuditRow {
  readonly happened_at: number
  readonly actor: string
  readonly action: string
  readonly subject: string
  readonly reason: string
}

/** The audit trail in SQL; lists the newest first. */
export class SqlAuditRecords implements AuditRecords {
  readonly #sql: Sql

  constructor(sql: Sql) {
    this.#sql = sql
  }

  async append({ at, actor, action, subject, reason }: AuditRecord): Promise<void> {
    await this.#sql.run(APPEND, at, actor, action, subject, reason)
  }

  async list(limit: number): Promise<AuditRecord[]> {
    const rows = await this.#sql.all<AuditRow>(LIST, boundedLimit(limit))
    return rows.map(({ happened_at, actor, action, subject, reason }) => ({ at: happened_at, actor, action, subject, reason }))
  }
}

const APPEND = 'INSERT INTO banyan_audit (happened_at, actor, action, subject, reason) VALUES (?, ?, ?, ?, ?)'
const LIST = 'SELECT happened_at, actor, action, subject, reason FROM banyan_audit ORDER BY number DESC LIMIT ?'
