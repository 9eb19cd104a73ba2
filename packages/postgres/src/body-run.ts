import { assertStorable, BanyanError, type Clock, type Deadline, toldElsewhere } from 'banyan/kernel'
import { EmittedEvents, type NewEvent, type Sql, type SqlValue, type StoreTransaction } from 'banyan/store'
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
  /** The same for a statement that need not leave before others; undefined where nothing may be left open when the run ends. */
  readonly hold?: ((part: Part) => Promise<PartResult>) | undefined
  readonly readOnly: boolean
  readonly deadline: Deadline
}

/**
 * One run of a transaction's body.
 *
 * - I1 After a statement failed the run has failed, even when the body goes on as if nothing had happened. All it still asks for is refused
 *   with that statement's error: what the server says of a transaction that has failed would hide why.
 * - I2 The body can await only this run: when nothing is in flight and it still waits, it waits for something else, and is aborted (S5).
 *   It may live on, but all it asks for is refused.
 * - I3 What a body leaves for before the commit begins when the body has ended, and may end after the run: see {@link concluded}.
 */
export class BodyRun extends SqlRecords implements StoreTransaction<Sql> {
  readonly #options: BodyRunOptions
  readonly #emitted = new EmittedEvents()
  readonly callbacks: (() => void)[] = []
  /** Settles when what was left for before the commit is done; the transaction must not commit earlier, nor when it rejects. */
  concluded: Promise<unknown> | undefined
  readonly #works: (() => Promise<unknown>)[] = []
  /** Error of the first statement that failed, if any: the driver's, and in the toolkit's words. */
  failure: unknown
  error: BanyanError | undefined
  /** Statements sent, and of these not answered. */
  #sent = 0
  #inFlight = 0
  #ending = false
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
      write: (query: string, ...values: readonly SqlValue[]) => {
        if (options.readOnly) throw snapshotError()
        this.#write(query, values)
      },
    }
    super(statements, () => options.context.clock.now())
    this.#options = options
  }

  emit(event: NewEvent): void {
    if (this.#over) throw overError()
    this.#emitted.add(event)
  }
  get events(): readonly NewEvent[] {
    return this.#emitted.list
  }
  /** Characters of data in {@link events}. */
  get eventUnits(): number {
    return this.#emitted.units
  }
  afterCommit(callback: () => void): void {
    if (this.#over) throw overError()
    this.callbacks.push(callback)
  }

  beforeCommit(work: () => Promise<unknown>): void {
    if (this.#over) throw overError()
    this.#works.push(work)
  }

  /**
   * Runs the body; resolves with its value when all it asked for is answered. Rejects with its error, or with `misuse` when it awaits
   * anything else. After it nothing more is accepted, but from what {@link concluded} waits for.
   */
  async run<T>(body: (tx: this) => Promise<T>): Promise<T> {
    const abandoned = new Promise<never>((_, reject) => (this.#abandon = reject))
    try {
      this.#guard()
      const value = await Promise.race([body(this), abandoned])
      if (this.#works.length === 0) return value
      this.concluded = this.#conclude(abandoned)
      if (this.#options.hold === undefined) await this.concluded
      else this.concluded.catch(() => {}) // it is asked for before the commit, unless the group is lost
      return value
    } finally {
      if (!this.#ending) await this.#close()
    }
  }

  /** Refuses whatever is still asked for: its transaction is undone. */
  end(): void {
    this.#over = true
  }

  async #conclude(abandoned: Promise<never>): Promise<void> {
    this.#ending = true
    try {
      this.#guard()
      for (let works = this.#works.splice(0); works.length > 0; works = this.#works.splice(0))
        // a work may leave more
        await Promise.race([Promise.all(works.map(async (work) => work())), abandoned])
    } finally {
      await this.#close()
    }
  }
  async #close(): Promise<void> {
    this.#over = true
    if (this.#inFlight > 0) await new Promise<void>((resolve) => (this.#whenQuiet = resolve))
  }

  async #statement(query: string, values: readonly SqlValue[]): Promise<PartResult> {
    this.#assertUsable()
    const { send, hold = send } = this.#options
    this.#sent++
    this.#inFlight++
    try {
      return await (this.#ending ? hold : send)(this.#part(query, values))
    } catch (error) {
      throw this.#failed(error, query)
    } finally {
      if (--this.#inFlight === 0) this.#guard()
    }
  }
  /** Where a run may leave something open, nobody waits for the answer: when it is an error, the commit does not happen. */
  #write(query: string, values: readonly SqlValue[]): void {
    const { hold } = this.#options
    if (hold === undefined) return void this.#statement(query, values).catch(() => {})
    this.#assertUsable()
    let part: Part
    try {
      part = this.#part(query, values)
    } catch (error) {
      this.#failed(error, query)
      return
    }
    hold(part).catch((error: unknown) => this.#failed(error, query))
  }
  #part(query: string, values: readonly SqlValue[]): Part {
    const { context, deadline } = this.#options
    if (context.clock.monotonic() > deadline.at) throw tooLongError()
    assertStorable(values, query)
    const { text, name } = context.texts.of(query)
    return { text, name, values }
  }
  /** Notes the error of a statement; returns that of the first one that failed. */
  #failed(error: unknown, query: string): BanyanError {
    this.failure ??= error
    if (isStaleStatement(error)) this.#options.context.texts.renew(query)
    return (this.error ??= toldElsewhere(toStatementError(error, this.#options.context.target, query)))
  }
  #assertUsable(): void {
    if (this.#over) throw overError()
    if (this.error !== undefined) throw this.error
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
