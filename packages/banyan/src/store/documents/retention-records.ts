import type { RetentionRecords } from '../records/retention-records.ts'
import { allOf } from './all-of.ts'
import { auditEntries } from './audit-records.ts'
import { events, headOfLog } from './document-log.ts'
import type { Documents } from './documents.ts'
import { sagas, sagaSignals, sagaSteps } from './saga-collections.ts'

/** Removal in documents. */
export class DocumentRetentionRecords implements RetentionRecords {
  readonly #documents: Documents

  constructor(documents: Documents) {
    this.#documents = documents
  }

  async removeSagas(before: number, limit: number): Promise<number> {
    const ended = await this.#documents.range(sagas, { index: 'ended', before: [before], limit, textBytesMax: 0 })
    for (const { id } of ended) {
      const steps = await allOf(this.#documents, sagaSteps, { within: [id], textBytesMax: 0 })
      const signals = await allOf(this.#documents, sagaSignals, { within: [id], textBytesMax: 0 })
      await this.#documents.remove(sagaSteps, ...steps.map(sagaSteps.key))
      await this.#documents.remove(sagaSignals, ...signals.map(sagaSignals.key))
    }
    return this.#documents.remove(sagas, ...ended.map(sagas.key))
  }

  /** Looks at the oldest only: entries are written as time goes on, so there is no older one behind. */
  async removeAudit(before: number, limit: number): Promise<number> {
    const oldest = await this.#documents.range(auditEntries, { limit })
    return this.#documents.remove(auditEntries, ...oldest.filter(({ at }) => at < before).map(auditEntries.key))
  }

  /** The newest event stays, so that a reader who is too late finds a gap and not an empty log. */
  async removeEvents(upTo: number, before: number, limit: number): Promise<number> {
    const last = Math.min(upTo, (await headOfLog(this.#documents)) - 1)
    const oldest = await this.#documents.range(events, { upTo: [last], limit, textBytesMax: 0 })
    const firstKept = oldest.findIndex(({ time }) => time >= before)
    return this.#documents.remove(events, ...oldest.slice(0, firstKept === -1 ? undefined : firstKept).map(events.key))
  }
}
