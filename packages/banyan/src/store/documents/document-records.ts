import type { AuditRecords } from '../records/audit-records.ts'
import type { ConsumptionRecords } from '../records/consumption-records.ts'
import type { GenerationRecords } from '../records/generation-records.ts'
import type { HoldRecords } from '../records/hold-records.ts'
import type { IdempotencyRecords } from '../records/idempotency-records.ts'
import type { LogRecords } from '../records/log-records.ts'
import type { ReaderRecords } from '../records/reader-records.ts'
import type { RetentionRecords } from '../records/retention-records.ts'
import type { LeaseRecords, SagaRecords } from '../records/saga-records.ts'
import type { TimerRecords } from '../records/timer-records.ts'
import { auditEntries, DocumentAuditRecords } from './audit-records.ts'
import type { AnyCollection } from './collection.ts'
import { attempts, consumed, cursors, DocumentConsumptionRecords } from './consumption-records.ts'
import { events } from './document-log.ts'
import type { Documents } from './documents.ts'
import { DocumentGenerationRecords, generations } from './generation-records.ts'
import { DocumentHoldRecords, holds } from './hold-records.ts'
import { answers, DocumentIdempotencyRecords } from './idempotency-records.ts'
import { DocumentLeaseRecords, leases } from './lease-records.ts'
import { type DataSize, DocumentLogRecords } from './log-records.ts'
import { parkedEvents, parkedKeys } from './parked-events.ts'
import { DocumentReaderRecords, readers } from './reader-records.ts'
import { DocumentRetentionRecords } from './retention-records.ts'
import { sagas, sagaSignals, sagaSteps } from './saga-collections.ts'
import { DocumentSagaRecords } from './saga-records.ts'
import { sequences } from './sequence.ts'
import { DocumentTimerRecords, timers } from './timer-records.ts'

/**
 * The toolkit's own collections in a service's store. They stand beside the service's because the records must commit with the service's changes
 * (P1). An adapter makes them ready before it opens a store.
 */
export const toolkitCollections: readonly AnyCollection[] = [
  sequences,
  events,
  answers,
  cursors,
  consumed,
  attempts,
  parkedEvents,
  parkedKeys,
  timers,
  sagas,
  sagaSteps,
  sagaSignals,
  leases,
  auditEntries,
  holds,
  generations,
  readers,
]

/** What records ask of the surroundings. */
export interface DocumentRecordsParts {
  /** The runtime's wall clock. */
  readonly now: () => number
  /** Asks the engine how much it holds for the service. */
  readonly size: () => Promise<DataSize>
}

/** All records of one transaction or snapshot, for an adapter to extend. In a snapshot what writes must fail with `misuse`. */
export class DocumentRecords {
  readonly database: Documents
  readonly #parts: DocumentRecordsParts
  #idempotency: IdempotencyRecords | undefined
  #consumption: ConsumptionRecords | undefined
  #timers: TimerRecords | undefined
  #sagas: SagaRecords | undefined
  #leases: LeaseRecords | undefined
  #audit: AuditRecords | undefined
  #retention: RetentionRecords | undefined
  #holds: HoldRecords | undefined
  #generations: GenerationRecords | undefined
  #log: LogRecords | undefined
  #readers: ReaderRecords | undefined

  constructor(documents: Documents, parts: DocumentRecordsParts) {
    this.database = documents
    this.#parts = parts
  }

  get idempotency(): IdempotencyRecords {
    return (this.#idempotency ??= new DocumentIdempotencyRecords(this.database, this.#parts.now))
  }
  get consumption(): ConsumptionRecords {
    return (this.#consumption ??= new DocumentConsumptionRecords(this.database))
  }
  get timers(): TimerRecords {
    return (this.#timers ??= new DocumentTimerRecords(this.database))
  }
  get sagas(): SagaRecords {
    return (this.#sagas ??= new DocumentSagaRecords(this.database))
  }
  get leases(): LeaseRecords {
    return (this.#leases ??= new DocumentLeaseRecords(this.database, this.#parts.now))
  }
  get audit(): AuditRecords {
    return (this.#audit ??= new DocumentAuditRecords(this.database))
  }
  get retention(): RetentionRecords {
    return (this.#retention ??= new DocumentRetentionRecords(this.database))
  }
  get holds(): HoldRecords {
    return (this.#holds ??= new DocumentHoldRecords(this.database))
  }
  get generations(): GenerationRecords {
    return (this.#generations ??= new DocumentGenerationRecords(this.database))
  }
  get log(): LogRecords {
    return (this.#log ??= new DocumentLogRecords(this.database, this.#parts.size))
  }
  get readers(): ReaderRecords {
    return (this.#readers ??= new DocumentReaderRecords(this.database))
  }
}
