import type { Deadline } from '../../kernel/deadline.ts'
import type { SagaChange, SagaRecord, SagaStepRecord } from '../../store/records/saga-records.ts'
import type { StoreTransaction } from '../../store/store.ts'
import type { TraceContext } from '../../telemetry/index.ts'
import type { AnyStep, AskedSteps } from './asked-steps.ts'
import type { LoadedSaga } from '../definitions.ts'
import type { SagaEnvironment } from './saga-environment.ts'
import type { SagaFailure } from './saga-failure.ts'
import type { Entry, Journal } from './journal.ts'
import type { StopDetails } from './stuck-reason.ts'
import type { UnderWay } from './under-way.ts'
import type { Wait, Waits } from './waits.ts'

/** What every log line about a saga says: one look at the log finds its trace. */
export interface SagaFacts {
  readonly service: string
  readonly saga: string
  readonly id: string
  readonly trace_id: string
}

/**
 * A saga in memory, as its parts see it: steps, attempts, waits, the rollback. They read its state and change it by these methods only;
 * `run.ts` owns it.
 */
export interface RunningSaga {
  readonly environment: SagaEnvironment
  readonly definition: LoadedSaga
  readonly record: SagaRecord
  readonly id: string
  readonly epoch: number
  readonly trace: TraceContext
  readonly facts: SagaFacts
  readonly journal: Journal
  readonly waits: Waits
  readonly asked: AskedSteps
  /** It goes forward → compensating → ended, never back. */
  readonly phase: 'forward' | 'compensating' | 'ended'
  /** True while the function of a saga that rolls back is run again, to learn its compensations. */
  readonly replaying: boolean
  /** True once the function passed its commit point; durable with the next write. */
  readonly committed: boolean
  /** Why it rolls back or is stuck. */
  readonly failure: SagaFailure | undefined
  /** True once it is to leave this process. */
  readonly draining: boolean
  /** Its steps and attempts. */
  readonly underWay: UnderWay
  /** Epoch milliseconds. */
  now(): number

  /** Whether the function gets answers: from its journal, or by going forward. */
  answers(): boolean
  /** Whether an action may start now. Begins the rollback that is due between steps. */
  mayStart(): boolean
  /** Notes that the function asks for `name`. Returns false, and stops the saga, when it did so before (P13). */
  ask(name: string, step: AnyStep): boolean
  /**
   * Waits until the function has asked for everything in its journal, so that something new may begin (`next`; undefined for its end).
   * Returns false, and stops the saga with a readable difference, when it does not (P13).
   */
  replayed(next: string | undefined): Promise<boolean>
  /** Waits; the saga leaves memory meanwhile when it does nothing else. */
  wait(wait: Omit<Wait, 'resolve'>): Promise<unknown>
  /** The moment by which attempts before the commit point must end; undefined without a deadline. */
  limit(): Deadline | undefined
  /** Looks, once this turn's work is done, whether something is to be written, waited for or left. */
  check(): void

  /** Passes the commit point: durable with the next write. */
  commit(): void
  /** Goes over to compensating: from here on nothing goes forward (P8). */
  beginRollback(failure: SagaFailure): void
  /** Ends as `completed` or `compensated`. */
  finish(change: SagaChange): Promise<void>
  /** Stops until a person acts (P9, P13), or, for a mistake in the program, until the next start. */
  stop(code: string, message: string, details?: StopDetails): void
  /** Stops because the function does not fit its journal (P13). */
  diverge(next: string | undefined): void
  /** Leaves memory until `wakeAt`, e.g. before the next attempt of a compensation. */
  suspend(wakeAt: number): Promise<void>
  /** Gives the saga back so that another process, or a later one, goes on. */
  release(): Promise<void>

  /** Makes everything durable that waits in the journal. Resolves also when the saga left this process or phase meanwhile: look again. */
  flush(): Promise<void>
  /** What the transaction of an attempt is to write: what waits in the journal, with `outcome` in addition. */
  entryWith(outcome: SagaStepRecord): Entry
  /** Writes the journal within a transaction that an attempt owns. */
  writeJournal(tx: StoreTransaction, entry: Entry, mayWrite: () => void): Promise<void>
  /** Takes note that an entry is durable. */
  wrote(entry: Entry): void
  /** Reads what the store says of a step, after everything that began to write it. */
  savedStep(name: string): Promise<SagaStepRecord | undefined>
  /**
   * Takes note of a rollback request that a transaction found, once the store has said that the transaction failed for it. Until then the
   * request may be of another transaction that is not durable, and never will be.
   */
  heard(error: unknown): boolean
}
