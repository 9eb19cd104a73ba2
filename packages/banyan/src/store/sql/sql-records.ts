import type { AuditRecords } from '../records/audit-records.ts'
import type { ConsumptionRecords } from '../records/consumption-records.ts'
import type { IdempotencyRecords } from '../records/idempotency-records.ts'
import type { TimerRecords } from '../records/timer-records.ts'
import type { GenerationRecords } from '../records/generation-records.ts'
import type { HoldRecords } from '../records/hold-records.ts'
import type { LogRecords } from '../records/log-records.ts'
import type { ReaderRecords } from '../records/reader-records.ts'
import type { RetentionRecords } from '../records/retention-records.ts'
import type { LeaseRecords, SagaRecords } from '../records/saga-records.ts'
import type { Sql } from '../sql.ts'
import { SqlAuditRecords } from './audit-records.ts'
import { SqlConsumptionRecords } from './consumption-records.ts'
import { SqlGenerationRecords } from './generation-records.ts'
import { SqlHoldRecords } from './hold-records.ts'
import { SqlIdempotencyRecords } from './idempotency-records.ts'
import { SqlLeaseRecords } from './lease-records.ts'
import { SqlLogRecords } from './log-records.ts'
import { SqlReaderRecords } from './reader-records.ts'
import { SqlRetentionRecords } from './retention-records.ts'
import { SqlSagaRecords } from './saga-records.ts'
import { SqlTimerRecords } from './timer-records.ts'

/**
 * All records of one transaction or snapshot, for an adapter to extend. Each kind is built when it is first used, because most
 * transactions use one or two. In a snapshot `database.run` must throw `misuse`.
 */
export class SqlRecords {
  readonly database: Sql
  readonly #now: () => number
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

  /** `now` is the runtime's wall clock. */
  constructor(sql: Sql, now: () => number) {
    this.database = sql
    this.#now = now
  }

  get idempotency(): IdempotencyRecords {
    return (this.#idempotency ??= new SqlIdempotencyRecords(this.database, this.#now))
  }
  get consumption(): ConsumptionRecords {
    return (this.#consumption ??= new SqlConsumptionRecords(this.database))
  }
  get timers(): TimerRecords {
    return (this.#timers ??= new SqlTimerRecords(this.database))
  }
  get sagas(): SagaRecords {
    return (this.#sagas ??= new SqlSagaRecords(this.database))
  }
  get leases(): LeaseRecords {
    return (this.#leases ??= new SqlLeaseRecords(this.database, this.#now))
  }
  get audit(): AuditRecords {
    return (this.#audit ??= new SqlAuditRecords(this.database))
  }
  get retention(): RetentionRecords {
    return (this.#retention ??= new SqlRetentionRecords(this.database))
  }
  get holds(): HoldRecords {
    return (this.#holds ??= new SqlHoldRecords(this.database))
  }
  get generations(): GenerationRecords {
    return (this.#generations ??= new SqlGenerationRecords(this.database))
  }
  get log(): LogRecords {
    return (this.#log ??= new SqlLogRecords(this.database))
  }
  get readers(): ReaderRecords {
    return (this.#readers ??= new SqlReaderRecords(this.database))
  }
}
