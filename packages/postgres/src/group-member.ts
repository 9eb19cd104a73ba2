import { AsyncResource } from 'node:async_hooks'
import type { Deadline, Logger } from 'banyan/kernel'
import type { Commit, NewEvent, StoreTransaction, Sql } from 'banyan/store'
import { type BodyContext, BodyRun } from './body-run.ts'
import { RELEASE, ROLLBACK_TO, SAVEPOINT } from './commands.ts'
import type { Part } from './frontend-messages.ts'
import { isConflict, isConnectionLoss, isLockTimeout, isStaleStatement } from './sql-failure.ts'
import type { TransactionLine } from './transaction-line.ts'
import type { PartResult } from './wire-batch.ts'

/** A transaction as it was asked for. */
export interface Request<T> {
  readonly body: (tx: StoreTransaction<Sql>) => Promise<T>
  readonly deadline: Deadline
  readonly resolve: (commit: Commit<T>) => void
  readonly reject: (error: unknown) => void
}

/** How a member's run ended. */
export type MemberOutcome =
  /** Its work waits in the group for COMMIT. */
  | 'done'
  /** It failed by itself and was undone; the others of the group go on. */
  | 'failed'
  /** It failed by itself and cannot be undone alone: the group is to be undone and run again, with savepoints. */
  | 'again'
  /** The whole group is lost: connection, conflict, or a failure that cannot be told apart. */
  | 'lost'

/**
 * One transaction within a group, run after run until it is settled. An async resource, so that the body runs in its caller's context: it sees
 * its own trace, not the group's.
 */
export class GroupMember<T = unknown> extends AsyncResource {
  readonly #request: Request<T>
  readonly #context: BodyContext
  /** Runs that were lost with their group. */
  runs = 0
  /** Of these, because the connection was lost before COMMIT. */
  losses = 0
  /** To be run in a group of its own, so that what fails is known to be its own. */
  alone = false
  #run: BodyRun | undefined
  #value: T | undefined
  #error: unknown
  #token: string | undefined

  constructor(context: BodyContext, request: Request<T>) {
    super('banyan.transaction')
    this.#context = context
    this.#request = request
  }

  get deadline(): Deadline {
    return this.#request.deadline
  }
  /** What it emitted, to be written as the last act of its group. */
  get events(): readonly NewEvent[] {
    return this.#error === undefined ? (this.#run?.events ?? []) : []
  }
  /** Characters of data in {@link events}. */
  get eventUnits(): number {
    return this.#error === undefined ? (this.#run?.eventUnits ?? 0) : 0
  }
  /** Number of its last event's row. */
  set lastNumber(number: number) {
    this.#token = String(number)
  }

  /**
   * Runs the body behind what the line holds already; with savepoints (`guarded`) what it did can be undone alone, and so can that of a member
   * whose line is its own (`first`).
   */
  async run(line: TransactionLine, guarded: boolean, first: boolean): Promise<MemberOutcome> {
    let opened = false
    const open = (): void => {
      if (!opened && guarded && !first) line.add(SAVEPOINT)
      opened = true
    }
    const through =
      (way: 'send' | 'hold') =>
      (part: Part): Promise<PartResult> => {
        open()
        return line[way](part)
      }
    const run = new BodyRun({
      context: this.#context,
      send: through('send'),
      hold: guarded ? undefined : through('hold'),
      readOnly: false,
      deadline: this.#request.deadline,
    })
    this.#run = run
    this.#error = undefined
    this.#token = undefined
    await this.#settle(run)
    const outcome = this.#outcome(line, guarded)
    if (outcome === 'failed' && opened) {
      if (first) line.restart()
      else if (guarded) undo(line)
      else return 'again'
    }
    if (outcome === 'done' && opened && guarded && !first) line.add(RELEASE)
    return outcome
  }

  /** Whether something was left for before the commit, see {@link conclude}. */
  get open(): boolean {
    return this.#error === undefined && this.#run?.concluded !== undefined
  }

  /** Waits for what the body left for before the commit. */
  async conclude(line: TransactionLine): Promise<MemberOutcome> {
    const run = this.#run
    if (run === undefined || !this.open) return 'done'
    await run.concluded?.catch((error: unknown) => (this.#error = error))
    this.#error ??= run.error
    const outcome = this.#outcome(line, false)
    return outcome === 'failed' ? 'again' : outcome
  }

  /** Answers the caller after the commit of the group. */
  settle(log: Logger): void {
    if (this.#error !== undefined) return this.#request.reject(this.#error)
    for (const callback of this.#run?.callbacks ?? []) {
      try {
        callback()
      } catch (error) {
        log.error('a callback after a commit threw; the commit stands', { service: this.#context.service, error })
      }
    }
    this.#request.resolve({ value: this.#value as T, token: this.#token })
  }
  /** Ends a run that is undone: works of it that go on get nothing more. */
  end(): void {
    this.#run?.end()
  }
  /** Answers the caller when there will be no commit. */
  fail(error: unknown): void {
    this.#request.reject(error)
  }
  /** Whether the body failed by itself, so that a commit changes nothing for it. */
  get failed(): boolean {
    return this.#error !== undefined
  }
  /** What the database said to the run that was lost. */
  get failure(): unknown {
    return this.#run?.failure
  }

  async #settle(run: BodyRun): Promise<void> {
    try {
      const { body } = this.#request
      this.#value = await run.run((tx) => this.runInAsyncScope(body, undefined, tx))
      this.#error = run.error
    } catch (error) {
      this.#error = error ?? new TypeError('the body of a transaction threw nothing')
    }
  }
  #outcome(line: TransactionLine, guarded: boolean): MemberOutcome {
    if (isGroupFailure(this.#run?.failure)) return 'lost'
    if (line.broken) return guarded ? 'lost' : 'again'
    return this.#error === undefined ? 'done' : 'failed'
  }
}

/** Whether a failed statement takes the whole group with it, and running again may end otherwise. */
function isGroupFailure(failure: unknown): boolean {
  return failure !== undefined && (isConnectionLoss(failure) || isConflict(failure) || isLockTimeout(failure) || isStaleStatement(failure))
}

function undo(line: TransactionLine): void {
  line.add(ROLLBACK_TO)
  line.add(RELEASE)
}
