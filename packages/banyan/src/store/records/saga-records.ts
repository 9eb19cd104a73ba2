/** Where a saga stands. `completed` and `compensated` are final; `stuck` waits for a person (P7, P9). */
export const SAGA_STATUSES = ['running', 'waiting', 'compensating', 'completed', 'compensated', 'stuck'] as const
/** One of {@link SAGA_STATUSES}. */
export type SagaStatus = (typeof SAGA_STATUSES)[number]

/**
 * Wake time of a saga that is to be taken up now, whatever the clock says: a moment read from the clock would lie in the future once the clock
 * is set back.
 */
export const READY_AT = 0

/** One saga. */
export interface SagaRecord {
  readonly id: string
  /** Name of the definition. */
  readonly name: string
  /** Version of the definition that started it; no other version may run it (P13). */
  readonly version: number
  readonly status: SagaStatus
  /** JSON text. */
  readonly input: string
  /** JSON text of the result; null until `completed`. */
  readonly output: string | null
  /** JSON text `{ code, message, data, stuck }` of what made it roll back or get stuck; null otherwise. */
  readonly failure: string | null
  /** True once `commit()` is durable: only forward from here (P10). */
  readonly committed: boolean
  /** True when someone asked for a rollback from outside; honoured between steps, before the commit point. */
  readonly rollbackRequested: string | null
  /** Epoch milliseconds of the next thing to do, or {@link READY_AT}; null when it runs now, waits for a person, or is final. */
  readonly wakeAt: number | null
  /** Epoch milliseconds by which it must have committed or rolls back; null without one (absolute, P11). */
  readonly deadlineAt: number | null
  /** Id of the instance that runs it; null when free. */
  readonly owner: string | null
  /** Grows at each take-over; a commit with an old one fails (P14). */
  readonly epoch: number
  /** True when the keys of its calls carry its service; false for one that a release began which knew no such keys. */
  readonly callerKeys: boolean
  readonly correlationId: string
  readonly traceparent: string
  readonly createdAt: number
  readonly updatedAt: number
}

/**
 * States of a step. `started`: durable before the action is sent (P8). `done`: output known. `failed`: the action said no for good, nothing
 * happened. `unknown`: given up; it may or may not have happened, so a rollback compensates it.
 * `compensated`, `compensation_failed`: how its compensation went. `kept`: rolled back, and it has nothing to undo.
 * `skipped`: a person settled it by hand; its compensation if it has `compensationAttempts`, else the step itself, with its output.
 */
export const STEP_STATES = ['started', 'done', 'failed', 'unknown', 'compensated', 'kept', 'compensation_failed', 'skipped'] as const

/** One step of a saga, found by name, never by index (P13). */
export interface SagaStepRecord {
  readonly sagaId: string
  readonly name: string
  /** Order in which steps were started, from 1. */
  readonly number: number
  readonly state: (typeof STEP_STATES)[number]
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

/** What one build of a service can run. */
export interface SagaKind {
  readonly name: string
  readonly version: number
}

/** Place of a free saga among those of its kind, by the moment at which it wakes. */
export interface SagaRest {
  /** Epoch milliseconds. */
  readonly wakeAt: number
  readonly status: string
  readonly id: string
}

/** What one page of signals had to give. */
export interface PrunedSignals {
  readonly removed: number
  /** Behind which number the next page begins; undefined when there is none. */
  readonly next: number | undefined
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

/** How many sagas of one kind have not ended, by status. */
export interface OpenSagas {
  readonly name: string
  readonly status: string
  readonly count: number
}

/** The journal of sagas. */
export interface SagaRecords {
  /** Inserts a saga; returns false when the id is taken. */
  insert(saga: SagaRecord): Promise<boolean>
  find(id: string): Promise<SagaRecord | undefined>
  /** For people: an input or output of more than `SHOWN_BYTES_MAX` bytes comes as a text that says so. */
  list(filter: SagaFilter): Promise<SagaRecord[]>
  /** Number of sagas by status. */
  counts(): Promise<{ name: string; status: SagaStatus; count: number }[]>
  /** How many sagas have not ended, `stuck` ones among them, without reading through those that rest. For metrics. */
  countOpen(): Promise<OpenSagas[]>
  /**
   * Changes a saga if its epoch still is `epoch`; throws `fenced` otherwise. An empty change only checks and keeps others from changing it
   * until the transaction ends. Returns the reason when someone asked for a rollback, else null.
   */
  update(id: string, epoch: number, change: SagaChange): Promise<string | null>
  /** Changes a saga whoever runs it, e.g. a rollback request. Returns false when there is none. */
  updateAny(id: string, change: SagaChange): Promise<boolean>
  /**
   * Takes over up to `limit` sagas that are not final and either free and due at `now`, or owned by another instance whose lease ended:
   * sets the owner, clears the wake time and bumps the epoch in one step (P3, P14). Sagas of kinds other than `kinds` are left untouched (P13).
   * A free saga is due when its wake time has come, or when it has none and runs or compensates. What is not due costs nothing.
   */
  claim(owner: string, now: number, limit: number, kinds: readonly SagaKind[]): Promise<SagaRecord[]>
  /**
   * Makes free sagas of a kind ready that were put to rest at a moment which the clock says has not come yet: it was set back since. Those that
   * wait for a moment of their own find that it has not come, and rest again. Looks at a page of them, behind `from`; returns how many it made
   * ready, and from where to go on.
   */
  clockSetBack(now: number, kind: SagaKind, from?: SagaRest): Promise<{ readonly woken: number; readonly next: SagaRest | undefined }>
  /** Takes over one saga, also one that `owner` has already; undefined when it is final or validly owned by another. */
  claimOne(id: string, owner: string, now: number): Promise<SagaRecord | undefined>
  /** Ids of up to `limit` sagas that `owner` has and that are not final. */
  owned(owner: string, limit: number): Promise<string[]>
  /** Earliest wake time of free sagas of `kinds`; undefined when none waits for a time. */
  nextWake(kinds: readonly SagaKind[]): Promise<number | undefined>
  /** Up to `limit` stuck sagas of a kind with ids above `after`, by id. What waits or has ended is not read. Large texts come as in `list`. */
  stuck(kind: SagaKind, after: string, limit: number): Promise<SagaRecord[]>
  steps(sagaId: string): Promise<SagaStepRecord[]>
  /** Inserts or replaces steps of different names, all in one statement. */
  saveSteps(steps: readonly SagaStepRecord[]): Promise<void>
  /** Stores a signal; returns false when its id was seen before. */
  addSignal(signal: SagaSignalRecord): Promise<boolean>
  /** Marks the oldest unconsumed signal of that name as consumed and returns it. */
  takeSignal(sagaId: string, name: string): Promise<SagaSignalRecord | undefined>
  /**
   * Looks at the next `limit` signals behind number `behind`, and removes those of final sagas, and of sagas that still do not exist though the
   * signal came before `before`. A page at a time, because signals of sagas that wait stay, and there may be any number of them.
   */
  pruneSignals(before: number, limit: number, behind: number): Promise<PrunedSignals>
}

/** Leases of running instances: a process that stops renewing loses what it owns (P3, P14). */
export interface LeaseRecords {
  /**
   * Creates or renews the lease of an instance until `expiresAt`. Returns false when it had ended and another instance claimed since:
   * then forget what was running, {@link release}, and start anew. A lease that ended without that goes on.
   */
  renew(instance: string, expiresAt: number, now: number): Promise<boolean>
  /** Valid leases of other instances than this one. */
  others(instance: string): Promise<{ readonly instance: string; readonly expiresAt: number }[]>
  /** Ends the lease of an instance that has not renewed it since it was seen with `expiresAt`, as a claim of what it owns would. */
  end(instance: string, expiresAt: number): Promise<void>
  /** Ends a lease at once, on a clean stop. */
  release(instance: string): Promise<void>
}
