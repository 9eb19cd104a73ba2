import { deadlineAfter } from 'banyan/kernel'
import { apartEnd, type ApartEnd, type ApartOptions, ApartTurns, type StoreReader, type Sql } from 'banyan/store'
import { type BodyContext, BodyRun } from './body-run.ts'
import { BEGIN_SNAPSHOT } from './commands.ts'
import type { BudgetMember, ConnectionBudget } from './connection-budget.ts'
import { Session } from './session.ts'
import { toConnectError } from './sql-failure.ts'
import { TransactionLine } from './transaction-line.ts'

/** The server ends a statement by itself at the read's time limit, should nobody be able to tell it. */
const LIMIT = "SELECT set_config('statement_timeout', ?, true), pg_backend_pid() AS pid"

/** What reads apart are run with. */
export interface ApartReaderOptions {
  readonly context: BodyContext
  /** What the services of this process share. */
  readonly budget: ConnectionBudget
  /** Called when a statement waited for a lock in vain. */
  readonly lockTimedOut: () => void
  /** Ends the statement that a backend of the server runs. */
  readonly cancel: (pid: number) => Promise<unknown>
}

/** Runs long reads on connections of their own, so that they take none from the pool, and can be ended in the middle of a statement (S11). */
export class ApartReader {
  readonly #options: ApartReaderOptions
  readonly #turns = new ApartTurns()

  constructor(options: ApartReaderOptions) {
    this.#options = options
  }

  async read<T>(body: (tx: StoreReader<Sql>) => Promise<T>, options?: ApartOptions): Promise<T> {
    using end = apartEnd(this.#options.context.clock, options)
    await this.#turns.take(end)
    try {
      return await this.#run(body, end)
    } finally {
      this.#turns.release()
    }
  }

  async #run<T>(body: (tx: StoreReader<Sql>) => Promise<T>, { timeoutMs, ended }: ApartEnd): Promise<T> {
    const { context, budget, lockTimedOut, cancel } = this.#options
    const { clock, target } = context
    const place = await takePlace(budget, ended)
    const connecting = Session.connect({ target, purpose: `${target.schema} apart`, clock, lockTimedOut })
    let running: number | undefined
    try {
      const session = await Promise.race([connecting, ended]).catch((error: unknown) => Promise.reject(toConnectError(error, target)))
      const line = new TransactionLine(session, [BEGIN_SNAPSHOT])
      const deadline = deadlineAfter(clock, timeoutMs)
      const run = new BodyRun({ context, send: (part) => line.send(part), readOnly: true, deadline })
      const reading = run.run(async (tx) => {
        running = (await tx.database.get<{ pid: number }>(LIMIT, String(timeoutMs)))?.pid
        return body(tx)
      })
      const value = await Promise.race([reading, ended])
      running = undefined
      if (run.error !== undefined) throw run.error
      return value
    } finally {
      // The backend is ours until its connection is cut, so nobody else's statement is ended.
      if (running !== undefined) await cancel(running).catch(() => {})
      const leave = (): void => place.leave()
      void connecting.then((session) => cut(session, leave), leave)
    }
  }
}

/** Waits for a place among the connections of this process, as long as the read may take. */
async function takePlace(budget: ConnectionBudget, ended: Promise<never>): Promise<BudgetMember> {
  const place = budget.join({ reserved: 0, closeIdle: () => false })
  try {
    await Promise.race([taken(place), ended])
    return place
  } catch (error) {
    place.leave() // nothing is offered to it any more
    throw error
  }
}

function cut(session: Session, leave: () => void): void {
  session.whenGone(leave)
  session.destroy()
}

function taken(place: BudgetMember): Promise<void> {
  return new Promise((resolve) => {
    const take = (): void => {
      if (place.take()) resolve()
      else place.want(take) // it is offered before anybody else can take it
    }
    take()
  })
}
