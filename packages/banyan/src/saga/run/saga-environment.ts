import type { Progress } from '../../call/progress.ts'
import type { Scope } from '../../call/scope.ts'
import type { Principal } from '../../contract/access.ts'
import type { Runtime } from '../../kernel/runtime.ts'
import type { SagaRecord } from '../../store/records/saga-records.ts'
import type { Store, StoreTransaction } from '../../store/store.ts'
import type { Tracing } from '../../telemetry/index.ts'

/**
 * Writes a step's journal record as part of the action's own transaction, after its body: the step is done with `value` as its output, or
 * not at all (P1). Throws `fenced` when the attempt no longer counts: it timed out, the saga rolls back, or another instance has it.
 */
export type Enlist = (tx: StoreTransaction, value: unknown) => Promise<void>

/** Checks, in an earlier transaction of the action (a checkpoint), that the attempt still counts. Throws `fenced` when it does not. */
export type Guard = (tx: StoreTransaction) => Promise<void>

/** One attempt of an action or compensation, as the service layer sees it. */
export interface StepWork {
  /** Carries the key as `key` and as `callKey`, the default key of calls. */
  readonly scope: Scope
  /** The same over all attempts. */
  readonly key: string
  readonly enlist: Enlist
  readonly guard: Guard
  /** To be noted: whether the attempt left anything that stands, so that it is undone even if it says that it failed (P8). */
  readonly progress: Progress
  /** True when nothing outside this service can be touched. */
  readonly local: boolean
}

/**
 * Builds what one attempt works with; the service layer provides it.
 * Must return a new, extensible object: a compensation finds `output` and `error` on it as well.
 */
export type StepContextFactory = (work: StepWork) => object

/** How a loaded saga left memory. */
export type RunEnd =
  | { readonly how: 'final' | 'stuck'; readonly record: SagaRecord }
  | { readonly how: 'suspended'; readonly wakeAt: number }
  | { readonly how: 'released' | 'abandoned' }

/** What all loaded sagas of an engine share. */
export interface SagaEnvironment {
  readonly service: string
  readonly store: Store
  readonly runtime: Runtime
  readonly stepContext: StepContextFactory
  /** Records a span per attempt; undefined where nobody looks. */
  readonly tracing: Tracing | undefined
  /** Throws `fenced` once this process may write no saga any more. */
  readonly lease: { assertValid(): void }
  readonly principal: Principal
}
