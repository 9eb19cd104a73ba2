/** Where a saga stands. `completed` and `compensated` are final; `stuck` waits for a person (P7, P9). */
export type SagaStatus = 'running' | 'waiting' | 'compensating' | 'completed' | 'compensated' | 'stuck'

/** One saga. */
export interface SagaRecord {
  readonly id: string
  /** Name of the definition. */
  readonly name: string
  readonly status: SagaStatus
  /** JSON text. */
  readonly input: string
  /** JSON text of the result; null until `completed`. */
  readonly output: string | null
  /** JSON text `{ code, message, data }` of what made it roll back or get stuck; null otherwise. */
  readonly failure: string | null
  /** True once `commit()` is durable: only forward from here (P10). */
  readonly committed: boolean
  /** True when someone asked for a rollback from outside; honoured between steps, before the commit point. */
  readonly rollbackRequested: string | null
  /** Epoch milliseconds of the next thing to do; null when it runs now or is final. */
  readonly wakeAt: number | null
  /** Epoch milliseconds by which it must have committed or rolls back; null without one (absolute, P11). */
  readonly deadlineAt: number | null
  /** Id of the instance that runs it; null when free. */
  readonly owner: string | null
  /** Grows at each take-over; a commit with an old one fails (P14). */
  readonly epoch: number
  readonly correlationId: string
  readonly traceparent: string
  readonly createdAt: number
  readonly updatedAt: number
}

/** One step of a saga, found by name, never by index (P13). */
export interface SagaStepRecord {
  readonly sagaId: string
  readonly name: string
  /** Order in which steps were started, from 1. */
  readonly number: number
  /**
   * `started`: durable before the action is sent (P8). `done`: output known. `failed`: the action said no for good.
   * `compensated`, `compensation_failed`, `skipped`: how its compensation went.
   */
  readonly state: 'started' | 'done' | 'failed' | 'compensated' | 'compensation_failed' | 'skipped'
  /** JSON text; null while unknown. */
  readonly output: string | null
  /** JSON text of the last error; null when none. */
  readonly error: string | null
  readonly attempts: number
  readonly compensationAttempts: number
  readonly startedAt: number
  readonly endedAt: number | null
}

/** A signal sent to a saga; kept even when nobody waits yet or the saga does not exist yet (P12). */
export interface SagaSignalRecord {
  readonly sagaId: string
  readonly name: string
  /** Unique per saga: the same id is delivered at most once. */
  readonly signalId: string
  /** JSON text. */
  readonly data: string
  readonly consumed: boolean
  readonly receivedAt: number
}

/** Which sagas to list. */
export interface SagaFilter {
  readonly name?: string
  readonly status?: SagaStatus
  readonly correlationId?: string
  /** Only ids above this one; for paging. */
  readonly after?: string
  /** At most this many; at most 1,000. */
  readonly limit: number
}

/** Fields of a saga that change. */
export type SagaChange = Partial<
  Pick<SagaRecord, 'status' | 'output' | 'failure' | 'committed' | 'rollbackRequested' | 'wakeAt' | 'deadlineAt' | 'owner' | 'updatedAt'>
>

/** The journal of sagas. */
export interface SagaRecords {
  /** Inserts a saga; returns false when the id is taken. */
  insert(saga: SagaRecord): Promise<boolean>
  find(id: string): Promise<SagaRecord | undefined>
  list(filter: SagaFilter): Promise<SagaRecord[]>
  /** Number of sagas by status. */
  counts(): Promise<{ name: string; status: SagaStatus; count: number }[]>
  /** Changes a saga if its epoch still is `epoch`; throws `fenced` otherwise. */
  update(id: string, epoch: number, change: SagaChange): Promise<void>
  /** Changes a saga whoever runs it, e.g. a rollback request. Returns false when there is none. */
  updateAny(id: string, change: SagaChange): Promise<boolean>
  /**
   * Takes over up to `limit` sagas that are not final, due at `now`, and free, owned by `owner`, or owned by an instance
   * whose lease ended: sets the owner and bumps the epoch in one step (P3, P14).
   */
  claim(owner: string, now: number, limit: number): Promise<SagaRecord[]>
  /** Takes over one saga; undefined when it is final or validly owned by another. */
  claimOne(id: string, owner: string, now: number): Promise<SagaRecord | undefined>
  /** Earliest wake time of sagas that wait; undefined when none does. */
  nextWake(): Promise<number | undefined>
  steps(sagaId: string): Promise<SagaStepRecord[]>
  /** Inserts or replaces a step. */
  saveStep(step: SagaStepRecord): Promise<void>
  /** Stores a signal; returns false when its id was seen before. */
  addSignal(signal: SagaSignalRecord): Promise<boolean>
  /** Marks the oldest unconsumed signal of that name as consumed and returns it. */
  takeSignal(sagaId: string, name: string): Promise<SagaSignalRecord | undefined>
  /** Removes at most `limit` unconsumed signals received before `before`, and all signals of final sagas. */
  pruneSignals(before: number, limit: number): Promise<number>
}

/** Leases of running instances: a process that stops renewing loses what it owns (P3, P14). */
export interface LeaseRecords {
  /** Creates or renews the lease of an instance until `expiresAt`; returns false when it had already ended and was taken over. */
  renew(instance: string, expiresAt: number, now: number): Promise<boolean>
  /** Ends a lease at once, on a clean stop. */
  release(instance: string): Promise<void>
}
