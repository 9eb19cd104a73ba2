import type { TSchema } from 'typebox'
import type { Duration } from '../kernel/duration.ts'
import type { BanyanError } from '../kernel/error.ts'
import type { IfSendable, Sendable } from '../kernel/sendable.ts'

/** What a compensation knows besides its step context. */
export interface CompensationInput<T> {
  /** What the action returned; undefined when its outcome is unknown: it may or may not have happened (P8). */
  readonly output: T | undefined
  /** Why the saga rolls back. */
  readonly error: Pick<BanyanError, 'code' | 'message' | 'data'>
}

/** One step: what to do, and how to undo it. */
export interface SagaStep<X, T> {
  /**
   * Runs at least once. Calls made through its context carry a key made of saga id and step name, so a participant runs them once (P16).
   * A `transaction` in it commits together with the step's journal record, so a local step runs exactly once; return what it returned.
   * An error with retry `never` fails the step; others are tried again. A mistake in the program fails nothing: the saga is held until the next start.
   */
  readonly action: (context: X) => Promise<T>
  /** Undoes the action; also called when the action's outcome is unknown. Runs at least once, with a key of its own. */
  readonly compensation?: (context: X & CompensationInput<T>) => Promise<unknown>
  /**
   * Says that the action does nothing but at most one `transaction` (and reads): its calls are refused, and its start needs no commit of its own, because nothing
   * leaves before that transaction, which carries the journal record. Saves a commit. Default false.
   */
  readonly local?: boolean
  /** Attempts before the step fails; default {@link STEP_ATTEMPTS_MAX}. After the commit point there is no limit. */
  readonly attemptsMax?: number
  /** How long one attempt may take. Default {@link STEP_TIMEOUT}. */
  readonly timeout?: Duration
  /** What the output looks like. Checks what a person gives as output when the step is skipped (P9). Default: any JSON. */
  readonly output?: TSchema
  /**
   * What the saga goes on with when a person settles the step by hand and gives no output. A step that has neither this nor an output
   * given by that person cannot be skipped: a saga never goes on with an output that nobody meant.
   * @example skipped: () => null
   */
  readonly skipped?: () => T
  /** When the compensation fails for good: `hold` (default) keeps the saga `stuck` until a person acts; `continue` goes on with the others. */
  readonly onCompensationFail?: 'hold' | 'continue'
}

/** Attempts of a step before it counts as failed: about half a minute with the default back-off. */
export const STEP_ATTEMPTS_MAX = 8
/** How long one attempt of a step may take: above the default timeout of the operation it calls. */
export const STEP_TIMEOUT: Duration = '15s'

/** What a saga's function does its work with. Apart from it the function must be pure: no I/O, no races. Its function is run again from the top after a crash; finished steps answer from the journal. */
export interface SagaControl<X> {
  readonly id: string
  /**
   * Runs a step once its start (and so its compensation) is durable, and remembers its output under `name`.
   * Names identify steps: in a loop add a key, e.g. `ship/${parcel}`. Rejects with the step's error once it failed for good; catch it to go
   * another way, or let it pass to roll back. Await every step; steps may run side by side with `Promise.all`.
   * The output is plain data: what JSON would change, e.g. a Date, does not compile, or fails the step where its type does not tell.
   */
  step<T>(name: string, step: SagaStep<X, T> & IfSendable<T, { readonly action: (context: never) => Promise<Sendable<T>> }>): Promise<T>
  /**
   * The commit point: from here on the saga only goes forward, steps are tried until they succeed (P10). Durable before anything that
   * follows it leaves: it joins the journal write of the next step, or is written at once when none follows.
   */
  commit(): Promise<void>
  /** Rolls back: compensates all started steps in reverse order. Throws `failed_precondition` after the commit point. */
  rollback(reason: string, data?: unknown): never
  /** Sleeps durably; a restart does not begin it anew (P11). */
  sleep(name: string, duration: Duration): Promise<void>
  /** Waits for a signal; undefined when `timeout` passes first. A signal that came earlier is delivered at once (P12). */
  signal<T = unknown>(name: string, options?: { readonly timeout?: Duration }): Promise<T | undefined>
}

/** What a saga may say about itself. */
export interface SagaOptions {
  /** Time from start by which it must have committed; then it rolls back. Default: none. */
  readonly deadline?: Duration
  /** Grows when a change of the function cannot read older journals; instances of another version are left untouched and reported (P13). Default 1. */
  readonly version?: number
  /**
   * What it is started with. Fields that the schema does not declare are left out, as at every boundary; an input that does not fit fails the
   * transaction that starts it. Default: any JSON, of the type that the function says.
   */
  readonly input?: TSchema
}

/** A saga's definition. `I` and `O` are its input and output. */
export interface SagaDefinition<X = never, I = never, O = unknown> {
  readonly kind: 'saga'
  readonly name: string
  readonly run: (control: SagaControl<X>, input: I) => Promise<O>
  readonly options: SagaOptions
}

/** How to start a saga. */
export interface SagaStart<I> {
  /** Unique within the service, e.g. the order's id: starting it twice is starting it once. */
  readonly id: string
  readonly input: I
}
