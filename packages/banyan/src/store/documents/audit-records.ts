import type { AuditRecord, AuditRecords } from '../records/audit-records.ts'
import { boundedLimit } from '../records/bounded-limit.ts'
import { collection } from './collection.ts'
import type { Documents } from './documents.ts'
import { takeNumbers } from './sequence.ts'

/** An entry as it is kept. */
interface AuditEntry extends AuditRecord {
  readonly number: number
}

/** The audit trail in the order in which it was written. */
export const auditEntries = collection({ name: 'banyan_audit', key: ({ number }: AuditEntry) => [number] })

/** The audit trail in documents; lists the newest first. */
export class DocumentAuditRecords implements AuditRecords {
  readonly #documents: Documents

  constructor(documents: Documents) {
    this.#documents = documents
  }

  async append({ at, actor, action, subject, reason }: AuditRecord): Promise<void> {
    const number = await takeNumbers(this.#documents, 'audit')
    await this.#documents.add(auditEntries, { number, at, actor, action, subject, reason })
  }

  async list(limit: number): Promise<AuditRecord[]> {
    const entries = await this.#documents.range(auditEntries, { reverse: true, limit: boundedLimit(limit) })
    return entries.map(({ at, actor, action, subject, reason }) => ({ at, actor, action, subject, reason }))
  }
}
