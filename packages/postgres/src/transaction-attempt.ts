import { BanyanError, type Clock, type Deadline } from 'banyan/kernel'
import type { NewEvent, Sql, SqlValue, StoreTransaction } from 'banyan/store'
import { SqlRecords } from 'banyan/store/sql'
import type { ConnectionTarget } from './connection-target.ts'
import { lastNumber, outboxParts } from './outbox.ts'
import type { Session } from './session.ts'
import { connectionLost, isConnectionLoss, isStaleStatement, outcomeUnknown, toStatementError } from './sql-failure.ts'
import type { StatementTexts } from './statement-text.ts'
import type { PartResult, Row } from './wire-batch.ts'

/** What attempts of one store share. */
export interface AttemptContext {
  readonly service: string
  readonly target: ConnectionTarget
  readonly texts: StatementTexts
  readonly clock: Clock
  /** Hash of the schema, for advisory locks. */
  readonly schemaHash: number
}

/** What an attempt is made with. */
export interface AttemptOptions {
  readonly context: AttemptContext
  readonly session: Session
  /** `serializable` writes; `snapshot` only reads. */
  readonly kind: 'serializable' | 'snapshot'
  readonly deadline: Deadline
}

/**
 * One run of a transaction's body on one connection.
 *
 * - I1 BEGIN travels with the first statement and COMMIT with the events, each pair in one batch: no statement runs outside.
 * - I2 After a statement failed the attempt cannot commit, even when the body goes on as if nothing had happened.
 * - I3 The body can await only this attempt: when nothing is in flight and it still waits, it waits for something else, and is
 *   aborted (S5). It may live on, but all it asks for is refused.
 */
export class TransactionAttempt extends SqlRecords implements StoreTransaction {
  readonly #options: AttemptOptions
  readonly #events: NewEvent[] = []
  readonly #callbacks: (() => void)[] = []
  #begun = false
  /** Statements sent, and of these not answered. */
  #sent = 0
  #inFlight = 0
  #over = false
  /** What failed first; decides over the attempt whatever the body makes of it. */
  #failure: unknown
  #abandon: (error: BanyanError) => void = () => {}

  constructor(options: AttemptOptions) {
    const statements: Sql = {
      dialect: 'postgres',
      get: <R>(query: string, ...values: readonly SqlValue[]) => this.#statement(query, values).then(firstRow) as Promise<R | undefined>,
      all: <R>(query: string, ...values: readonly SqlValue[]) => this.#statement(query, values).then(allRows) as Promise<R[]>,
      run: (query: string, ...values: readonly SqlValue[]) => {
        if (options.kind === 'snapshot') return Promise.reject(snapshotError())
        return this.#statement(query, values).then(changedRows)
      },
    }
    super(statements, () => options.context.clock.now())
    this.#options = options
  }

  emit(event: NewEvent): void {
    if (this.#over) throw overError()
    this.#events.push(event)
  }
  afterCommit(callback: () => void): void {
    if (this.#over) throw overError()
    this.#callbacks.push(callback)
  }

  /** Error of the first statement that failed, if any. */
  get failure(): unknown {
    return this.#failure
  }
  get callbacks(): readonly (() => void)[] {
    return this.#callbacks
  }
  get hasEvents(): boolean {
    return this.#events.length > 0
  }

  /** Runs the body; rejects with its error, or with `misuse` when it awaits anything else. After it nothing more is accepted. */
  async run<T>(body: (tx: this) => Promise<T>): Promise<T> {
    const abandoned = new Promise<never>((_, reject) => (this.#abandon = reject))
    try {
      this.#guard()
      return await Promise.race([body(this), abandoned])
    } finally {
      this.#over = true
    }
  }

  /** Writes the events and commits. Returns the number of the last event's row. Rejects with `outcome_unknown` when nobody can tell. */
  async commit(): Promise<number | undefined> {
    const { session, kind, context } = this.#options
    if (this.#failure !== undefined) throw toStatementError(this.#failure, context.target)
    if (!this.#begun && this.#events.length === 0) return undefined
    if (session.dead) throw this.#lost(new Error('it was closed'))
    const result = await this.#sendCommit()
    if (result.lastTag !== 'COMMIT') throw toStatementError(this.#failure ?? new Error('the transaction had failed'), context.target)
    this.#begun = false
    return kind === 'serializable' && this.#events.length > 0 ? lastNumber(result.parts[1]?.rows ?? []) : undefined
  }

  /** Ends the transaction without waiting for the server; resolves when the connection can be used again. */
  async rollback(): Promise<void> {
    const { session } = this.#options
    this.#over = true
    if (this.#begun && !session.dead) await session.send('none', [], 'rollback').catch(() => session.destroy())
  }
  /** Ends a snapshot: there is nothing to lose, and the next user of the connection comes behind it. */
  endSnapshot(): void {
    const { session } = this.#options
    if (this.#begun && !session.dead) session.send('none', [], 'commit').catch(() => session.destroy())
  }

  async #sendCommit() {
    const { session, kind, context } = this.#options
    try {
      return await session.send(this.#begun ? 'none' : kind, outboxParts(this.#events, context.schemaHash), 'commit')
    } catch (error) {
      this.#begun = true // the batch may have stopped between BEGIN and COMMIT
      this.#failure ??= error
      if (isConnectionLoss(error)) throw outcomeUnknown(error, context.target)
      throw toStatementError(error, context.target)
    }
  }

  async #statement(query: string, values: readonly SqlValue[]): Promise<PartResult> {
    if (this.#over) throw overError()
    this.#sent++
    this.#inFlight++
    try {
      return await this.#answer(query, values)
    } catch (error) {
      throw this.#refused(error, query)
    } finally {
      if (--this.#inFlight === 0) this.#guard()
    }
  }
  async #answer(query: string, values: readonly SqlValue[]): Promise<PartResult> {
    const { session, kind, context, deadline } = this.#options
    if (context.clock.monotonic() > deadline.at) throw tooLongError()
    const { text, name } = context.texts.of(query)
    const answer = session.send(this.#begun ? 'none' : kind, [{ text, name, values }], 'none')
    this.#begun = true
    return (await answer).parts[0] as PartResult
  }
  #refused(error: unknown, query: string): BanyanError {
    if (isStaleStatement(error)) this.#options.context.texts.renew(query)
    this.#failure ??= error
    return isConnectionLoss(error) ? this.#lost(error) : toStatementError(error, this.#options.context.target, query)
  }
  #lost(error: unknown): BanyanError {
    this.#failure ??= error
    return connectionLost(error, this.#options.context.target)
  }

  /** Looks, after everything that is ready has run, whether the body moved on. */
  #guard(): void {
    if (this.#over) return
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
