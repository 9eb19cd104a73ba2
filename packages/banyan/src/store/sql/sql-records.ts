import type { AuditRecords, ConsumptionRecords, IdempotencyRecords, TimerRecords } from '../records/records.ts'
import type { RetentionRecords } from '../records/retention-records.ts'
import type { LeaseRecords, SagaRecords } from '../records/saga-records.ts'
import type { Sql } from '../sql.ts'
import { SqlAuditRecords } from './audit-records.ts'
import { SqlConsumptionRecords } from './consumption-records.ts'
import { SqlIdempotencyRecords } from './idempotency-records.ts'
import { SqlLeaseRecords } from './lease-records.ts'
import { SqlRetentionRecords } from './retention-records.ts'
import { SqlSagaRecords } from './saga-records.ts'
import { SqlTimerRecords } from './timer-records.ts'

/**
 * All records of one transaction or snapshot, for an adapter to extend. Each kind is built when it is first used, because most
 * transactions use one or two. In a snapshot `sql.run` must throw `misuse`.
 */
export class SqlRecords {
  readonly sql: Sql
  readonly #now: () => number
  #idempotency: IdempotencyRecords | undefined
  #consumption: ConsumptionRecords | undefined
  #timers: TimerRecords | undefined
  #sagas: SagaRecords | undefined
  #leases: LeaseRecords | undefined
  #audit: AuditRecords | undefined
  #retention: RetentionRecords | undefined

  /** `now` is the runtime's wall clock. */
  constructor(sql: Sql, now: () => number) {
    this.sql = sql
    this.#now = now
  }

  get idempotency(): IdempotencyRecords {
    return (this.#idempotency ??= new SqlIdempotencyRecords(this.sql, this.#now))
  }
  get consumption(): ConsumptionRecords {
    return (this.#consumption ??= new SqlConsumptionRecords(this.sql))
  }
  get timers(): TimerRecords {
    return (this.#timers ??= new SqlTimerRecords(this.sql))
  }
  get sagas(): SagaRecords {
    return (this.#sagas ??= new SqlSagaRecords(this.sql))
  }
  get leases(): LeaseRecords {
    return (this.#leases ??= new SqlLeaseRecords(this.sql, this.#now))
  }
  get audit(): AuditRecords {
    return (this.#audit ??= new SqlAuditRecords(this.sql))
  }
  get retention(): RetentionRecords {
    return (this.#retention ??= new SqlRetentionRecords(this.sql))
  }
}
