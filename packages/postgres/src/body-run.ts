import { BanyanError, type Clock, type Deadline } from 'banyan/kernel'
import type { NewEvent, Sql, SqlValue, StoreTransaction } from 'banyan/store'
import { SqlRecords } from 'banyan/store/sql'
import type { ConnectionTarget } from './connection-target.ts'
import type { Part } from './frontend-messages.ts'
import { isStaleStatement, toStatementError } from './sql-failure.ts'
import type { StatementTexts } from './statement-text.ts'
import type { PartResult, Row } from './wire-batch.ts'

/** What the runs of one store share. */
export interface BodyContext {
  readonly service: string
  readonly target: ConnectionTarget
  readonly texts: StatementTexts
  readonly clock: Clock
}

/** What a run is made with. */
export interface BodyRunOptions {
  readonly context: BodyContext
  /** Sends a statement; rejects with the driver's error. */
  readonly send: (part: Part) => Promise<PartResult>
  readonly readOnly: boolean
  readonly deadline: Deadline
}

/**
 * One run of a transaction's body.
 *
 * - I1 After a statement failed the run has failed, even when the body goes on as if nothing had happened.
 * - I2 The body can await only this run: when nothing is in flight and it still waits, it waits for something else, and is aborted (S5).
 *   It may live on, but all it asks for is refused.
 */
export class BodyRun extends SqlRecords implements StoreTransaction {
  readonly #options: BodyRunOptions
  readonly events: NewEvent[] = []
  readonly callbacks: (() => void)[] = []
  /** Error of the first statement that failed, if any. */
  failure: unknown
  /** Statements sent, and of these not answered. */
  #sent = 0
  #inFlight = 0
  #over = false
  #abandon: (error: BanyanError) => void = () => {}
  #whenQuiet: (() => void) | undefined

  constructor(options: BodyRunOptions) {
    const statements: Sql = {
      dialect: 'postgres',
      get: <R>(query: string, ...values: readonly SqlValue[]) => this.#statement(query, values).then(firstRow) as Promise<R | undefined>,
      all: <R>(query: string, ...values: readonly SqlValue[]) => this.#statement(query, values).then(allRows) as Promise<R[]>,
      run: (query: string, ...values: readonly SqlValue[]) => {
        if (options.readOnly) return Promise.reject(snapshotError())
        return this.#statement(query, values).then(changedRows)
      },
    }
    super(statements, () => options.context.clock.now())
    this.#options = options
  }

  emit(event: NewEvent): void {
    if (this.#over) throw overError()
    this.events.push(event)
  }
  afterCommit(callback: () => void): void {
    if (this.#over) throw overError()
    this.callbacks.push(callback)
  }

  /**
   * Runs the body; resolves with its value when all it asked for is answered. Rejects with its error, or with `misuse` when it awaits
   * anything else. After it nothing more is accepted.
   */
  async run<T>(body: (tx: this) => Promise<T>): Promise<T> {
    const abandoned = new Promise<never>((_, reject) => (this.#abandon = reject))
    try {
      this.#guard()
      return await Promise.race([body(this), abandoned])
    } finally {
      this.#over = true
      if (this.#inFlight > 0) await new Promise<void>((resolve) => (this.#whenQuiet = resolve))
    }
  }

  async #statement(query: string, values: readonly SqlValue[]): Promise<PartResult> {
    if (this.#over) throw overError()
    this.#sent++
    this.#inFlight++
    try {
      return await this.#answer(query, values)
    } catch (error) {
      this.failure ??= error
      if (isStaleStatement(error)) this.#options.context.texts.renew(query)
      throw toStatementError(error, this.#options.context.target, query)
    } finally {
      if (--this.#inFlight === 0) this.#guard()
    }
  }
  #answer(query: string, values: readonly SqlValue[]): Promise<PartResult> {
    const { send, context, deadline } = this.#options
    if (context.clock.monotonic() > deadline.at) throw tooLongError()
    const { text, name } = context.texts.of(query)
    return send({ text, name, values })
  }

  /** Looks, after everything that is ready has run, whether the body moved on. */
  #guard(): void {
    if (this.#over) return this.#whenQuiet?.()
    const sent = this.#sent
    this.#options.context.clock.soon(() => {
      if (this.#over || this.#inFlight > 0 || sent !== this.#sent) return
      this.#abandon(strayError(this.#options.context.service))
    })
  }
}

function firstRow(result: PartResult): Row | undefined {
  return result.rows[0]
}
function allRows(result: PartResult): Row[] {
  return result.rows
}
function changedRows(result: PartResult): number {
  return result.changed
}

function strayError(service: string): BanyanError {
  const rule = 'a transaction may await only its own tx'
  return new BanyanError(
    'misuse',
    `a transaction of "${service}" awaits something else than its store; ${rule}: do calls and waits before or after it`,
  )
}
function overError(): BanyanError {
  return new BanyanError('misuse', 'the transaction is over; await every statement inside its body')
}
function snapshotError(): BanyanError {
  return new BanyanError('misuse', 'a snapshot cannot write; use transaction()')
}
function tooLongError(): BanyanError {
  return new BanyanError('deadline_exceeded', 'the transaction took too long and was rolled back; make it smaller', { retry: 'safe' })
}
