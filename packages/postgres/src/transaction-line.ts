import { COMMIT, ROLLBACK } from './commands.ts'
import type { Part } from './frontend-messages.ts'
import type { Session } from './session.ts'
import { failedPart } from './sql-failure.ts'
import type { PartResult } from './wire-batch.ts'

/** A statement that waits to be sent, and who is told its answer. */
interface Waiting {
  readonly part: Part
  readonly answered: ((result: PartResult) => void) | undefined
}

/**
 * One transaction of the database on one connection, as a sequence of statements. What needs no answer is kept back and travels with the
 * next statement that does: BEGIN, savepoints and events cost no round trip of their own.
 */
export class TransactionLine {
  readonly session: Session
  readonly #begin: readonly Waiting[]
  #waiting: Waiting[]
  #begun = false
  #empty = true
  /** Set when a statement that was kept back failed: whose it was can no longer be told. */
  broken = false

  /** `begin` are the statements that begin it. */
  constructor(session: Session, begin: readonly Part[]) {
    this.session = session
    this.#begin = begin.map((part) => ({ part, answered: undefined }))
    this.#waiting = [...this.#begin]
  }

  /** Whether there is nothing to commit. */
  get empty(): boolean {
    return this.#empty
  }

  /** Keeps a statement back until the next {@link send} or {@link commit}. */
  add(part: Part, answered?: (result: PartResult) => void): void {
    this.#waiting.push({ part, answered })
    this.#empty = false
  }

  /** Sends a statement behind those that wait. Rejects with the driver's error. */
  async send(part: Part): Promise<PartResult> {
    this.#empty = false
    const waiting = this.#waiting
    this.#waiting = []
    this.#begun = true
    try {
      const parts = waiting.length === 0 ? [part] : [...waiting.map((each) => each.part), part]
      const results = await this.session.send(parts, waiting.length === 0 ? undefined : (done) => tell(waiting, done))
      return results[waiting.length] as PartResult
    } catch (error) {
      if (failedPart(error) < waiting.length) this.broken = true
      throw error
    }
  }

  /** Commits. Rejects with the driver's error; resolves with false when the transaction had failed before. */
  async commit(): Promise<boolean> {
    const result = await this.send(COMMIT)
    this.#begun = false
    return result.tag === 'COMMIT'
  }

  /** Undoes everything and begins anew. */
  restart(): void {
    this.#waiting = [...this.#begin]
    if (this.#begun) this.#waiting.unshift({ part: ROLLBACK, answered: undefined })
    this.#empty = true
  }

  /** Undoes everything; resolves when the connection can be used again. */
  async abandon(): Promise<void> {
    if (!this.#begun || this.session.dead) return
    this.#begun = false
    await this.session.send([ROLLBACK]).catch(() => this.session.destroy())
  }
  /** Ends a snapshot without waiting: there is nothing to lose, and the next user of the connection comes behind it. */
  endSnapshot(): void {
    if (this.#begun && !this.session.dead) this.session.send([COMMIT]).catch(() => this.session.destroy())
  }
}

function tell(waiting: readonly Waiting[], done: readonly PartResult[]): void {
  for (let index = 0; index < waiting.length && index < done.length; index++) waiting[index]?.answered?.(done[index] as PartResult)
}
