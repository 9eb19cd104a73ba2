import type { Progress } from '../../call/progress.ts'
import type { Scope } from '../../call/scope.ts'
import type { BudgetShare } from '../../kernel/byte-budget.ts'
import type { StoreTransaction } from '../../store/store.ts'
import type { Permit } from './authorize.ts'

/** One piece of work of a service: a request, an event, a timer or a saga's step. */
export interface Work {
  /** Replaced when a handler names its flow. */
  scope: Scope
  /** Joins the handler's transaction before its body, e.g. to record the consumption of an event. */
  readonly before?: (tx: StoreTransaction) => Promise<unknown>
  /** Joins the handler's transaction after its body, e.g. to keep the answer for an idempotency key. */
  readonly after?: (tx: StoreTransaction, value: unknown) => Promise<unknown>
  /** Joins a checkpoint. */
  readonly atCheckpoint?: (tx: StoreTransaction) => Promise<unknown>
  /** Whom the handler let pass so far; undefined where nothing is kept for a repetition. */
  readonly permits?: Permit[]
  /** What a kept answer takes while it is repeated; ended when the work is. */
  keptAnswer?: BudgetShare
  /** What stands whatever becomes of the rest. */
  readonly progress?: Progress
  /**
   * True for a saga's step that is not local: its intent is durable before it begins, so it may act outside on its own, unseen. A transaction
   * of its own that fails then says nothing about that.
   */
  readonly mayActOutside?: boolean
  /** True while a transaction or checkpoint of this work runs. */
  busy?: boolean
  /** True once the transaction has committed. */
  committed?: boolean
  /** What the transaction returned. */
  value?: unknown
  /** Names the last event that was committed. */
  token?: string | undefined
}
