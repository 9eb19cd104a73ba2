import { COMMIT, ROLLBACK } from './commands.ts'
import type { Part } from './frontend-messages.ts'
import type { Session } from './session.ts'
import { failedPart } from './sql-failure.ts'
import type { PartResult } from './wire-batch.ts'

/** A statement that waits to be sent, and who is told its answer; nobody where none is needed. */
interface Waiting {
  readonly part: Part
  readonly answered?: (result: PartResult) => void
  readonly failed?: (error: unknown) => void
}

/** With so many held, they are sent at the end of the turn. A body that asks for more without waiting keeps them all in memory. */
const HELD_MAX = 200

/**
 * One transaction of the database on one connection, as a sequence of statements. Round trips are what it costs, so statements share them:
 * those asked for in the same turn travel together, and what nobody waits for (BEGIN, savepoints, events, what is {@link hold held}) travels
 * with the next statement that somebody does.
 *
 * - I1 Statements run in the order in which they were asked for.
 * - I2 After one failed, those behind it did not run, and are told its error.
 */
export class TransactionLine {
  readonly session: Session
  readonly #begin: readonly Part[]
  #waiting: Waiting[]
  readonly #end: Part | undefined
  #begun = false
  #empty = true
  #departs = false
  #hurries = false
  /** Set when a statement that nobody waits for failed: whose it was can no longer be told. */
  broken = false

  /** `begin` are the statements that begin it; `end` ends it together with the first ones that are sent. */
  constructor(session: Session, begin: readonly Part[], end?: Part) {
    this.session = session
    this.#begin = begin
    this.#end = end
    this.#waiting = begin.map(unanswered)
  }

  /** Whether there is nothing to commit. */
  get empty(): boolean {
    return this.#empty
  }

  /** Adds a statement that nobody waits for; it travels with the next that is sent. */
  add(part: Part): void {
    this.#waiting.push({ part })
    this.#empty = false
  }

  /** Keeps a statement back whose answer is needed before the commit only: until the next that is sent, or {@link hurry}. Rejects as `send`. */
  hold(part: Part): Promise<PartResult> {
    this.#empty = false
    if (this.#hurries || this.#waiting.length >= HELD_MAX) this.#depart()
    return new Promise((answered, failed) => this.#waiting.push({ part, answered, failed }))
  }

  /** Sends a statement behind those that wait, together with others of this turn. Rejects with the driver's error. */
  send(part: Part): Promise<PartResult> {
    this.#depart()
    return this.hold(part)
  }

  /** Sends what is held, and from now on whatever is asked for at once. */
  hurry(): void {
    this.#hurries = true
    if (this.#waiting.length > 0) this.#depart()
  }

  /** Whether all was sent and ended. */
  get ended(): boolean {
    return this.#end !== undefined && this.#begun
  }

  /** Commits. Rejects with the driver's error; resolves with false when the transaction had failed before. */
  async commit(): Promise<boolean> {
    const result = await this.send(COMMIT)
    this.#begun = false
    return result.tag === 'COMMIT'
  }

  /** Undoes everything and begins anew. */
  restart(): void {
    this.#waiting = this.#begin.map(unanswered)
    if (this.#begun) this.#waiting.unshift({ part: ROLLBACK })
    this.#empty = true
    this.#hurries = false
    this.broken = false
  }

  /** Undoes everything; resolves when the connection can be used again. */
  async abandon(): Promise<void> {
    if (!this.#begun || this.session.dead) return
    this.#begun = false
    await this.session.send([ROLLBACK]).catch(() => this.session.destroy())
  }

  /** Ends a snapshot without waiting: there is nothing to lose, and the next user of the connection comes behind it. */
  endSnapshot(): void {
    if (this.#begun && !this.ended && !this.session.dead) this.session.send([COMMIT]).catch(() => this.session.destroy())
  }

  #depart(): void {
    if (this.#departs) return
    this.#departs = true
    queueMicrotask(() => void this.#sendWaiting())
  }
  async #sendWaiting(): Promise<void> {
    this.#departs = false
    const waiting = this.#waiting
    this.#waiting = []
    this.#begun = true
    const parts = waiting.map(({ part }) => part)
    if (this.#end !== undefined) parts.push(this.#end)
    try {
      await this.session.send(parts, (done) => tell(waiting, done))
    } catch (error) {
      const failed = failedPart(error)
      if (waiting[failed]?.failed === undefined) this.broken = true
      for (const each of waiting.slice(failed)) each.failed?.(error)
    }
  }
}

function tell(waiting: readonly Waiting[], done: readonly PartResult[]): void {
  for (let index = 0; index < waiting.length && index < done.length; index++) waiting[index]?.answered?.(done[index] as PartResult)
}

function unanswered(part: Part): Waiting {
  return { part }
}
