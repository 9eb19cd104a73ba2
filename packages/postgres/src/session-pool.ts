import { backoffDelayMs, type BackoffPolicy, BanyanError, type CancelTimer, type Runtime } from 'banyan/kernel'
import type { BudgetMember, ConnectionBudget } from './connection-budget.ts'
import type { ConnectionTarget } from './connection-target.ts'
import { POOL_MAX_SETTING } from './pool-settings.ts'
import { Session } from './session.ts'
import { isServerFull, toConnectError } from './sql-failure.ts'

/** What a pool is made with. */
export interface SessionPoolOptions {
  readonly target: ConnectionTarget
  readonly runtime: Pick<Runtime, 'clock' | 'log' | 'random'>
  /** What its sessions are for, as the server shows it. */
  readonly purpose: string
  /** What the services of this process share. */
  readonly budget: ConnectionBudget
  /** Most connections, if the budget has room for them; one it has always. */
  readonly sessionsMax: number
  /** Longest time a batch may stay unanswered before its connection is cut: the server's own limit plus the network's. */
  readonly answerMsMax: number
  /** Called when a statement waited for a lock in vain. */
  readonly lockTimedOut?: () => void
}

/** Longest wait for a free connection; whoever waits longer is better told that we are overloaded. */
const ACQUIRE_MS_MAX = 10_000
/** Most callers that wait for a connection: a thousand transactions of some milliseconds each are more than the wait allows. */
const WAITERS_MAX = 10_000
/** Idle connections beyond the first are closed after this time: each costs the server some megabytes. */
const IDLE_MS_MAX = 60_000
/** Pause after a connection could not be opened: those that are open serve meanwhile, and the server is not asked by every caller. */
const OPEN_AGAIN: BackoffPolicy = { firstMs: 50, maxMs: 1_000 }
/** A connection is not given up to others, while it has work, before this time: opening one costs some milliseconds. */
const HOLD_MS_MIN = 1_000
/** How often waits are checked; one timer for all of them is far cheaper than one each. */
const WATCH_MS = 250

interface Waiter {
  readonly since: number
  readonly resolve: (session: Session) => void
  readonly reject: (error: BanyanError) => void
}

/**
 * The connections of one store. Waits are first come, first served, and bounded in time and number.
 *
 * - I1 Whoever waits is served by any connection that comes free, also while no other can be opened.
 * - I2 A connection that is gone gives its place back, whenever that happens.
 */
export class SessionPool {
  readonly #options: SessionPoolOptions
  readonly #places: BudgetMember
  /** When each was opened, by the monotonic clock. */
  readonly #sessions = new Map<Session, number>()
  /** Free sessions, the one used last on top, so that surplus ones grow old. */
  readonly #idle: { readonly session: Session; readonly since: number }[] = []
  readonly #waiters: Waiter[] = []
  /** When a look last found that something had been answered, by the monotonic clock. */
  #heardAt = Number.NEGATIVE_INFINITY
  /** Connections that could not be opened in a row, why, and until when no other is tried. */
  #failed: { readonly count: number; readonly error: BanyanError; readonly until: number } | undefined
  #opening = 0
  #closed = false
  #stopWatch: CancelTimer | undefined
  #whenEmpty: (() => void) | undefined

  constructor(options: SessionPoolOptions) {
    this.#options = options
    this.#places = options.budget.join({ reserved: 1, closeIdle: () => this.#closeIdle() })
  }

  /** Returns a connection; give it back with `release`. `urgent`: before those that wait. Rejects with `unavailable` or `overloaded`. */
  acquire({ urgent = false } = {}): Promise<Session> {
    if (this.#closed) return Promise.reject(closedError())
    const session = this.#takeIdle()
    if (session !== undefined) return Promise.resolve(session)
    if (this.#waiters.length >= WAITERS_MAX && !urgent) return Promise.reject(overloadedError(`${WAITERS_MAX} callers wait already`))
    return new Promise((resolve, reject) => {
      const waiter = { since: this.#options.runtime.clock.monotonic(), resolve, reject }
      if (urgent) this.#waiters.unshift(waiter)
      else this.#waiters.push(waiter)
      this.#grow()
    })
  }

  /** Gives a connection back. It may still be answering its last batch: answers come in order. */
  release(session: Session): void {
    if (session.dead || (session.inFlight === 0 && !session.idle)) return session.destroy()
    if (this.#closed || this.#isForOthers(session)) return this.#retire(session)
    const waiter = this.#waiters.shift()
    if (waiter !== undefined) return waiter.resolve(session)
    this.#idle.push({ session, since: this.#options.runtime.clock.monotonic() })
  }

  /** Whether the server has answered nothing since then, by the monotonic clock: it is not busy, it is gone. Answers are noted late by a look. */
  isSilentSince(moment: number): boolean {
    return this.#heardAt <= moment + WATCH_MS
  }

  /** Rejects whoever waits and closes all connections as they come back; resolves when none is left. */
  async close(): Promise<void> {
    this.#closed = true
    this.#stopWatch?.()
    for (const waiter of this.#waiters.splice(0)) waiter.reject(closedError())
    for (const { session } of this.#idle.splice(0)) this.#retire(session)
    if (!this.#isEmpty) await new Promise<void>((resolve) => (this.#whenEmpty = resolve))
    this.#places.leave()
  }
  /** Cuts all connections at once; what runs on them fails. */
  destroy(): void {
    for (const session of this.#sessions.keys()) session.destroy()
  }

  #takeIdle(): Session | undefined {
    for (;;) {
      const entry = this.#idle.pop()
      if (entry === undefined || !entry.session.dead) return entry?.session
    }
  }

  #grow(): void {
    const { sessionsMax, runtime } = this.#options
    this.#watch()
    if (this.#failed !== undefined && runtime.clock.monotonic() < this.#failed.until) return
    const wanted = Math.min(this.#waiters.length - this.#opening, sessionsMax - this.#sessions.size - this.#opening)
    for (let count = 0; count < wanted; count++) {
      if (!this.#places.take()) return this.#places.want(() => this.#grow())
      void this.#open()
    }
  }
  async #open(): Promise<void> {
    const { target, purpose, runtime, lockTimedOut } = this.#options
    this.#opening++
    try {
      const session = await Session.connect({ target, purpose, clock: runtime.clock, lockTimedOut })
      this.#opening--
      this.#failed = undefined
      this.#sessions.set(session, runtime.clock.monotonic())
      session.whenGone(() => this.#forget(session))
      this.release(session)
    } catch (error) {
      this.#opening--
      this.#places.give()
      this.#noteFailure(error)
    }
  }
  /** A waiter is told only when nothing is there that could still serve it: no connection, and a server that is not merely full. */
  #noteFailure(cause: unknown): void {
    const { target, runtime } = this.#options
    const error = toConnectError(cause, target)
    const count = (this.#failed?.count ?? 0) + 1
    this.#failed = { count, error, until: runtime.clock.monotonic() + backoffDelayMs(OPEN_AGAIN, count, runtime.random) }
    const stay = isServerFull(cause) || this.#sessions.size + this.#opening > 0
    if (!stay) for (const waiter of this.#waiters.splice(0)) waiter.reject(error)
    else if (count === 1)
      runtime.log.warn('could not open another connection to PostgreSQL; trying again, those that are open serve meanwhile', {
        server: target.shown,
        open: this.#sessions.size,
        error,
      })
    this.#signalIfEmpty()
  }
  /** Others of this process have fewer, or have work while we have none, or the server gives fewer than it did. */
  #isForOthers(session: Session): boolean {
    if (this.#sessions.size <= 1 || !this.#places.excess(this.#waiters.length > 0)) return false
    const openedAt = this.#sessions.get(session) ?? 0
    return this.#waiters.length === 0 || this.#options.runtime.clock.monotonic() - openedAt >= HOLD_MS_MIN
  }
  #closeIdle(): boolean {
    const entry = this.#idle.shift()
    if (entry !== undefined) this.#retire(entry.session)
    return entry !== undefined
  }
  /** Says goodbye; its place is free when it is gone. */
  #retire(session: Session): void {
    if (!this.#sessions.delete(session)) return
    void this.#end(session, this.#places.closing())
  }
  async #end(session: Session, givePlace: () => void): Promise<void> {
    await session.end()
    givePlace()
    this.#signalIfEmpty()
  }
  #forget(session: Session): void {
    if (!this.#sessions.delete(session)) return
    this.#places.give()
    const index = this.#idle.findIndex((entry) => entry.session === session)
    if (index >= 0) this.#idle.splice(index, 1)
    if (!this.#closed && this.#waiters.length > 0) this.#grow()
    this.#signalIfEmpty()
  }
  get #isEmpty(): boolean {
    return this.#places.open === 0
  }
  #signalIfEmpty(): void {
    if (this.#isEmpty) this.#whenEmpty?.()
  }

  #watch(): void {
    if (this.#stopWatch !== undefined || this.#closed) return
    this.#stopWatch = this.#options.runtime.clock.setTimer(WATCH_MS, () => {
      this.#stopWatch = undefined
      const now = this.#options.runtime.clock.monotonic()
      this.#listen(now)
      this.#expireWaiters(now)
      this.#cutUnanswered(now)
      this.#closeSurplus(now)
      if (this.#waiters.length > 0) this.#grow()
      if (!this.#isEmpty || this.#waiters.length > 0) this.#watch()
    })
  }
  #listen(now: number): void {
    for (const session of this.#sessions.keys()) if (session.takeFresh(now)) this.#heardAt = now
  }
  #whyNone(since: number): BanyanError {
    if (this.#sessions.size === 0 && this.#failed !== undefined) return this.#failed.error
    if (this.isSilentSince(since)) return silentError(this.#options.target)
    return overloadedError(`none of ${this.#sessions.size} connections came free in ${ACQUIRE_MS_MAX} ms`)
  }
  #expireWaiters(now: number): void {
    while (this.#waiters[0] !== undefined && now - this.#waiters[0].since > ACQUIRE_MS_MAX) {
      const { since, reject } = this.#waiters.shift() as Waiter
      reject(this.#whyNone(since))
    }
  }
  #cutUnanswered(now: number): void {
    for (const session of this.#sessions.keys()) {
      if (!session.isOverdue(now, this.#options.answerMsMax)) continue
      this.#options.runtime.log.warn('cut a PostgreSQL connection that does not answer', { server: this.#options.target.shown })
      session.destroy()
    }
  }
  #closeSurplus(now: number): void {
    while (this.#idle.length > 1 && this.#idle[0] !== undefined && now - this.#idle[0].since > IDLE_MS_MAX) {
      this.#closeIdle()
    }
  }
}

function closedError(): BanyanError {
  return new BanyanError('unavailable', 'the store is closed; open it again or send the request to another instance')
}
/** Says that nothing comes back from the server. */
export function silentError({ shown }: ConnectionTarget): BanyanError {
  const what = `PostgreSQL at ${shown} does not answer; nothing was changed`
  return new BanyanError('unavailable', `${what}; check that the server runs and the network reaches it, then try again`)
}
function overloadedError(why: string): BanyanError {
  return new BanyanError('overloaded', `the store has too much to do: ${why}; try again later, or raise ${POOL_MAX_SETTING}`)
}
