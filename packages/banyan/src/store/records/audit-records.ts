/** One entry of the audit trail of operations by people, e.g. a skipped event or saga step. */
export interface AuditRecord {
  readonly at: number
  readonly actor: string
  readonly action: string
  readonly subject: string
  readonly reason: string
}

/** The audit trail. Append only. */
export interface AuditRecords {
  append(record: AuditRecord): Promise<void>
  /** Newest first; at most 1,000. */
  list(limit: number): Promise<AuditRecord[]>
}
