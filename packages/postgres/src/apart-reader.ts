import { deadlineAfter } from 'banyan/kernel'
import { apartEnd, type ApartEnd, type ApartOptions, ApartTurns, type StoreReader } from 'banyan/store'
import { type BodyContext, BodyRun } from './body-run.ts'
import { BEGIN_SNAPSHOT } from './commands.ts'
import { Session } from './session.ts'
import { toConnectError } from './sql-failure.ts'
import { TransactionLine } from './transaction-line.ts'

/** The server ends a statement by itself at the read's time limit, should nobody be able to tell it. */
const LIMIT = "SELECT set_config('statement_timeout', ?, true), pg_backend_pid() AS pid"

/** Runs long reads on connections of their own, so that they take none from the pool, and can be ended in the middle of a statement (S11). */
export class ApartReader {
  readonly #context: BodyContext
  readonly #applicationName: string
  readonly #cancel: (pid: number) => Promise<unknown>
  readonly #turns = new ApartTurns()

  /** `cancel` ends the statement that a backend of the server runs. */
  constructor(context: BodyContext, applicationName: string, cancel: (pid: number) => Promise<unknown>) {
    this.#context = context
    this.#applicationName = applicationName
    this.#cancel = cancel
  }

  async read<T>(body: (tx: StoreReader) => Promise<T>, options?: ApartOptions): Promise<T> {
    using end = apartEnd(this.#context.clock, options)
    await this.#turns.take(end)
    try {
      return await this.#run(body, end)
    } finally {
      this.#turns.release()
    }
  }

  async #run<T>(body: (tx: StoreReader) => Promise<T>, { timeoutMs, ended }: ApartEnd): Promise<T> {
    const { clock, target } = this.#context
    const connecting = Session.connect(target, this.#applicationName, clock)
    let running: number | undefined
    try {
      const session = await Promise.race([connecting, ended]).catch((error: unknown) => Promise.reject(toConnectError(error, target)))
      const line = new TransactionLine(session, [BEGIN_SNAPSHOT])
      const deadline = deadlineAfter(clock, timeoutMs)
      const run = new BodyRun({ context: this.#context, send: (part) => line.send(part), readOnly: true, deadline })
      const reading = run.run(async (tx) => {
        running = (await tx.sql.get<{ pid: number }>(LIMIT, String(timeoutMs)))?.pid
        return body(tx)
      })
      const value = await Promise.race([reading, ended])
      running = undefined
      if (run.error !== undefined) throw run.error
      return value
    } finally {
      // The backend is ours until its connection is cut, so nobody else's statement is ended.
      if (running !== undefined) await this.#cancel(running).catch(() => {})
      void connecting.then(
        (session) => session.destroy(),
        () => {},
      )
    }
  }
}
