import type { AuditRecord } from '../store/records/audit-records.ts'
import type { ParkedFilter, ParkedRecord } from '../store/records/consumption-records.ts'
import type { SagaFilter, SagaRecord, SagaStatus, SagaStepRecord } from '../store/records/saga-records.ts'
import type { ProjectionStatus } from '../projection/index.ts'
import type { ConsumerLag } from '../service/reaction/consumer-lag.ts'
import type { FlowEvents } from '../store/records/log-records.ts'

/** Who does something to a running platform, and why; both are recorded. */
export interface Actor {
  readonly actor: string
  readonly reason: string
}

/** One violated invariant. */
export interface Violation {
  readonly invariant: string
  readonly subject: string
  readonly expected: string
  readonly actual: string
}

/** A saga with its steps. */
export interface SagaDetail {
  readonly saga: SagaRecord
  readonly steps: readonly SagaStepRecord[]
}

/** A reader of a log in another process, for people. */
export interface LogReader {
  /** The service that reads. */
  readonly reader: string
  /** Its consumer; null where only the contract of a service is known, which could read with any. */
  readonly consumer: string | null
  /** Everything up to here is durably consumed there. */
  readonly position: number
  /** Epoch milliseconds; null for one that was never heard of. */
  readonly seenAt: number | null
  /** Since when nothing is kept for it; null while it counts. */
  readonly forgottenAt: number | null
}

/** Operations for people on one service of a running platform; served over HTTP to staff and used by the command line. */
export interface ServiceAdmin {
  readonly service: string
  sagas(filter: SagaFilter): Promise<readonly SagaRecord[]>
  sagaCounts(): Promise<readonly { name: string; status: SagaStatus; count: number }[]>
  saga(id: string): Promise<SagaDetail | undefined>
  /** Lets a stuck saga go on from where it stands. */
  retrySaga(id: string, by: Actor): Promise<void>
  /**
   * Marks a step (or its compensation) as settled by hand; the saga goes on with the `output` given, else with the one that its author
   * declared. Throws `failed_precondition` when a step needs an output, `invalid_argument` when it does not fit.
   */
  skipSagaStep(id: string, step: string, by: Actor, settlement?: { readonly output?: unknown }): Promise<void>
  rollbackSaga(id: string, by: Actor): Promise<void>
  parked(filter: ParkedFilter): Promise<readonly ParkedRecord[]>
  /** Handles the parked events of a key again, in order. */
  redrive(consumer: string, source: string, key: string, by: Actor): Promise<void>
  /** Gives a parked event up and redrives those behind it. */
  skipParked(consumer: string, source: string, position: number, by: Actor): Promise<void>
  lag(): Promise<readonly ConsumerLag[]>
  /** Readers of the service's own log in other processes, also those that are expected and were never heard of. */
  readers(): Promise<readonly LogReader[]>
  /** Keeps nothing for a reader in another process any more, until it is heard of again. */
  forgetReader(reader: string, consumer: string, by: Actor): Promise<void>
  /** The first events of the service's own log that belong to a flow, and whether there are more. */
  flow(correlationId: string): Promise<FlowEvents>
  /** What each read model serves, and how far new tables are filled. */
  projections(): Promise<readonly (ProjectionStatus & { readonly service: string })[]>
  rebuild(projection: string, by: Actor): Promise<void>
  audit(limit: number): Promise<readonly AuditRecord[]>
}

/** Operations for people on a whole platform. */
export interface PlatformAdmin {
  readonly services: readonly ServiceAdmin[]
  /** False when the platform defines no invariants: then an empty list of violations says nothing. */
  readonly hasInvariants: boolean
  /** Checks the platform's invariants; an empty list means that all hold. */
  violations(): Promise<readonly Violation[]>
}
