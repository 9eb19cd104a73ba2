import type { Clock } from 'banyan/kernel'
import { ROLLBACK } from './commands.ts'
import type { BudgetMember, ConnectionBudget } from './connection-budget.ts'
import type { ConnectionTarget } from './connection-target.ts'
import { inPlace } from './in-place.ts'
import { Session } from './session.ts'
import type { SessionPool } from './session-pool.ts'
import { isLockTimeout, isServerFull } from './sql-failure.ts'

/** Where a sequencer's connections come from. */
export interface SequencerSessionsOptions {
  readonly target: ConnectionTarget
  readonly clock: Clock
  readonly pool: SessionPool
  readonly budget: ConnectionBudget
  /** Called when a statement on a connection of its own waited for a lock in vain; the pool tells it of its own ones. */
  readonly lockTimedOut?: () => void
}

/**
 * The connection on which a sequencer works: one of its own, so that events wait for nothing that the service does; where the server has too few,
 * one of the service's pool for each round, before whoever else waits for one.
 */
export class SequencerSessions {
  readonly #options: SequencerSessionsOptions
  readonly #place: BudgetMember
  #own: Session | undefined
  /** While it is being opened: whoever comes then waits for that one. */
  #connecting: Promise<Session | undefined> | undefined
  #ended = false
  #destroyed = false

  constructor(options: SequencerSessionsOptions) {
    this.#options = options
    this.#place = options.budget.join({ reserved: 0, closeIdle: () => false })
  }

  /** Gives `work` a connection. What fails on it is undone. Rejects with its error, or why there is no connection; after the end there is none. */
  async use<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const own = await this.#ownSession()
    return own === undefined ? this.#borrow(work) : work(own).catch((error: unknown) => this.#undo(own, error))
  }

  /** Closes what is open; resolves when it is closed. Nothing is opened any more. */
  async end(): Promise<void> {
    this.#ended = true
    await this.#connecting?.catch(() => {})
    await this.#own?.end()
    this.#place.leave()
  }
  /** Cuts what is open, and what is being opened. */
  destroy(): void {
    this.#ended = this.#destroyed = true
    this.#own?.destroy()
  }

  async #borrow<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const { pool } = this.#options
    const session = await pool.acquire({ urgent: true })
    try {
      return await work(session)
    } finally {
      pool.release(session) // one that stands in a failed transaction is closed by that
    }
  }
  #undo(session: Session, error: unknown): never {
    if (isLockTimeout(error)) session.send([ROLLBACK]).catch(() => session.destroy())
    else session.destroy()
    throw error
  }

  async #ownSession(): Promise<Session | undefined> {
    if (this.#ended) throw new Error('the sequencer has stopped')
    if (!this.#options.budget.ample) return this.#giveUp()
    if (this.#own?.dead === false) return this.#own
    this.#connecting ??= this.#connect().finally(() => (this.#connecting = undefined))
    return this.#connecting
  }
  async #connect(): Promise<Session | undefined> {
    if (!this.#place.take()) return undefined
    try {
      const { target, clock, lockTimedOut } = this.#options
      this.#own = await inPlace(this.#place, Session.connect({ target, purpose: `${target.schema} sequencer`, clock, lockTimedOut }))
    } catch (error) {
      if (isServerFull(error)) return undefined
      throw error
    }
    if (this.#destroyed) this.#own.destroy()
    return this.#own
  }
  #giveUp(): undefined {
    void this.#own?.end()
    this.#own = undefined
  }
}
