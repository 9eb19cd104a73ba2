import { deadlineAfter } from 'banyan/kernel'
import type { StoreReader, Sql } from 'banyan/store'
import { type BodyContext, BodyRun } from './body-run.ts'
import { BEGIN_SNAPSHOT, COMMIT } from './commands.ts'
import type { Part } from './frontend-messages.ts'
import type { Session } from './session.ts'
import type { SessionPool } from './session-pool.ts'
import { isConflict, isConnectionLoss, isStaleStatement } from './sql-failure.ts'
import { TransactionLine } from './transaction-line.ts'
import type { PartResult } from './wire-batch.ts'

/** Longest time of a read with all its statements. */
const READ_MS_MAX = 30_000
/** How often a read is tried again when its connection turns out to be lost, or its prepared statement outdated. */
const RUNS_MAX = 3

/** Most texts remembered; more means that they are built at run time, and then nothing can be learned from them. */
const TEXTS_MAX = 1_000

const BEGIN = [BEGIN_SNAPSHOT]

/** Says that a read asked for more than its first statements: it runs again, and ends later. */
class MoreAsked extends Error {}

/**
 * Runs reads on snapshots, side by side (S8). Most have one statement: then the snapshot begins and ends in the same round trip. One that
 * goes on runs again, and so do, without that detour, those that begin with the same statement.
 */
export class SnapshotReader {
  readonly #pool: SessionPool
  readonly #context: BodyContext
  /** First statements of reads that went on after their answer. */
  readonly #begins = new Set<string>()

  constructor(pool: SessionPool, context: BodyContext) {
    this.#pool = pool
    this.#context = context
  }

  async read<T>(body: (tx: StoreReader<Sql>) => Promise<T>): Promise<T> {
    const deadline = deadlineAfter(this.#context.clock, READ_MS_MAX)
    for (let count = 1; ;) {
      const session = await this.#pool.acquire()
      const snapshot = new Snapshot(session, this.#begins)
      const run = new BodyRun({ context: this.#context, send: (part) => snapshot.send(part), readOnly: true, deadline })
      try {
        const value = await run.run<T>(body)
        if (run.error !== undefined) throw run.error
        snapshot.end()
        this.#pool.release(session)
        return value
      } catch (error) {
        void snapshot.abandon().then(() => this.#pool.release(session))
        if (run.failure instanceof MoreAsked) continue
        if (count++ === RUNS_MAX || !worthRepeating(run.failure)) throw error
      }
    }
  }
}

/** One run of a read on its connection. */
class Snapshot {
  readonly #session: Session
  readonly #begins: Set<string>
  #line: TransactionLine | undefined
  #first = ''

  constructor(session: Session, begins: Set<string>) {
    this.#session = session
    this.#begins = begins
  }

  send(part: Part): Promise<PartResult> {
    if (this.#line === undefined) {
      this.#first = part.text
      this.#line = new TransactionLine(this.#session, BEGIN, this.#goesOn() ? undefined : COMMIT)
    }
    if (!this.#line.ended) return this.#line.send(part)
    this.#begins.add(this.#first)
    return Promise.reject(new MoreAsked())
  }
  end(): void {
    this.#line?.endSnapshot()
  }
  abandon(): Promise<void> {
    return this.#line?.abandon() ?? Promise.resolve()
  }

  #goesOn(): boolean {
    return this.#begins.size >= TEXTS_MAX || this.#begins.has(this.#first)
  }
}

function worthRepeating(failure: unknown): boolean {
  return isConnectionLoss(failure) || isStaleStatement(failure) || isConflict(failure)
}
