import { deadlineAfter } from 'banyan/kernel'
import type { StoreReader } from 'banyan/store'
import { type BodyContext, BodyRun } from './body-run.ts'
import { BEGIN_SNAPSHOT } from './commands.ts'
import type { SessionPool } from './session-pool.ts'
import { isConflict, isConnectionLoss, isStaleStatement, toStatementError } from './sql-failure.ts'
import { TransactionLine } from './transaction-line.ts'

/** Longest time of a read with all its statements. */
const READ_MS_MAX = 30_000
/** How often a read is tried again when its connection turns out to be lost, or its prepared statement outdated. */
const RUNS_MAX = 3

const BEGIN = [BEGIN_SNAPSHOT]

/** Runs reads on snapshots, side by side (S8). A read with one statement costs one round trip. */
export class SnapshotReader {
  readonly #pool: SessionPool
  readonly #context: BodyContext

  constructor(pool: SessionPool, context: BodyContext) {
    this.#pool = pool
    this.#context = context
  }

  async read<T>(body: (tx: StoreReader) => Promise<T>): Promise<T> {
    const deadline = deadlineAfter(this.#context.clock, READ_MS_MAX)
    for (let count = 1; ; count++) {
      const session = await this.#pool.acquire()
      const line = new TransactionLine(session, BEGIN)
      const run = new BodyRun({ context: this.#context, send: (part) => line.send(part), readOnly: true, deadline })
      try {
        const value = await run.run<T>(body)
        if (run.failure !== undefined) throw toStatementError(run.failure, this.#context.target)
        line.endSnapshot()
        this.#pool.release(session)
        return value
      } catch (error) {
        void line.abandon().then(() => this.#pool.release(session))
        if (count === RUNS_MAX || !worthRepeating(run.failure)) throw error
      }
    }
  }
}

function worthRepeating(failure: unknown): boolean {
  return isConnectionLoss(failure) || isStaleStatement(failure) || isConflict(failure)
}
