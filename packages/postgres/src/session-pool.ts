import { BanyanError, type CancelTimer, type Runtime } from 'banyan/kernel'
import type { ConnectionTarget } from './connection-target.ts'
import { Session } from './session.ts'
import { toConnectError } from './sql-failure.ts'

/** What a pool is made with. */
export interface SessionPoolOptions {
  readonly target: ConnectionTarget
  readonly runtime: Pick<Runtime, 'clock' | 'log'>
  readonly applicationName: string
  /** Most connections. */
  readonly sessionsMax: number
  /** Longest time a batch may stay unanswered before its connection is cut: the server's own limit plus the network's. */
  readonly answerMsMax: number
}

/** Longest wait for a free connection; whoever waits longer is better told that we are overloaded. */
const ACQUIRE_MS_MAX = 10_000
/** Most callers that wait for a connection: a thousand transactions of some milliseconds each are more than the wait allows. */
const WAITERS_MAX = 10_000
/** Idle connections beyond the first are closed after this time: each costs the server some megabytes. */
const IDLE_MS_MAX = 60_000
/** How often waits are checked; one timer for all of them is far cheaper than one each. */
const WATCH_MS = 250

interface Waiter {
  readonly since: number
  readonly resolve: (session: Session) => void
  readonly reject: (error: BanyanError) => void
}

/** The connections of one store. Waits are first come, first served, and bounded in time and number. */
export class SessionPool {
  readonly #options: SessionPoolOptions
  readonly #sessions = new Set<Session>()
  /** Free sessions, the one used last on top, so that surplus ones grow old. */
  readonly #idle: { readonly session: Session; readonly since: number }[] = []
  readonly #waiters: Waiter[] = []
  /** When something was answered last, by the monotonic clock, and how many answers there were then. */
  #heard = { at: Number.NEGATIVE_INFINITY, answers: 0 }
  #opening = 0
  #closed = false
  #stopWatch: CancelTimer | undefined
  #whenEmpty: (() => void) | undefined

  constructor(options: SessionPoolOptions) {
    this.#options = options
  }

  /** Returns a connection; give it back with `release`. Rejects with `unavailable` or `overloaded`. */
  acquire(): Promise<Session> {
    if (this.#closed) return Promise.reject(closedError())
    const session = this.#takeIdle()
    if (session !== undefined) return Promise.resolve(session)
    if (this.#waiters.length >= WAITERS_MAX) return Promise.reject(overloadedError(`${WAITERS_MAX} callers wait already`))
    return new Promise((resolve, reject) => {
      this.#waiters.push({ since: this.#options.runtime.clock.monotonic(), resolve, reject })
      this.#grow()
    })
  }

  /** Gives a connection back. It may still be answering its last batch: answers come in order. */
  release(session: Session): void {
    if (this.#closed) return void session.end()
    if (session.dead || (session.inFlight === 0 && !session.idle)) return session.destroy()
    const waiter = this.#waiters.shift()
    if (waiter !== undefined) return waiter.resolve(session)
    this.#idle.push({ session, since: this.#options.runtime.clock.monotonic() })
  }

  /** Whether the server has answered nothing since then, by the monotonic clock: it is not busy, it is gone. Answers are noted late by a look. */
  isSilentSince(moment: number): boolean {
    return this.#heard.at <= moment + WATCH_MS
  }

  /** Rejects whoever waits and closes all connections as they come back; resolves when none is left. */
  async close(): Promise<void> {
    this.#closed = true
    this.#stopWatch?.()
    for (const waiter of this.#waiters.splice(0)) waiter.reject(closedError())
    for (const { session } of this.#idle.splice(0)) void session.end()
    if (this.#sessions.size + this.#opening > 0) await new Promise<void>((resolve) => (this.#whenEmpty = resolve))
  }
  /** Cuts all connections at once; what runs on them fails. */
  destroy(): void {
    for (const session of this.#sessions) session.destroy()
  }

  #takeIdle(): Session | undefined {
    for (;;) {
      const entry = this.#idle.pop()
      if (entry === undefined || !entry.session.dead) return entry?.session
    }
  }

  #grow(): void {
    const wanted = Math.min(this.#waiters.length - this.#opening, this.#options.sessionsMax - this.#sessions.size - this.#opening)
    for (let count = 0; count < wanted; count++) void this.#open()
    this.#watch()
  }
  async #open(): Promise<void> {
    this.#opening++
    try {
      const { target, applicationName, runtime } = this.#options
      const session = await Session.connect(target, applicationName, runtime.clock)
      this.#opening--
      this.#sessions.add(session)
      session.whenGone(() => this.#forget(session))
      this.release(session)
    } catch (error) {
      this.#opening--
      this.#waiters.shift()?.reject(toConnectError(error, this.#options.target))
      this.#signalIfEmpty()
    }
  }
  #forget(session: Session): void {
    this.#sessions.delete(session)
    this.#heard = { ...this.#heard, answers: this.#heard.answers - session.answers } // its end is no answer
    const index = this.#idle.findIndex((entry) => entry.session === session)
    if (index >= 0) this.#idle.splice(index, 1)
    if (!this.#closed && this.#waiters.length > 0) this.#grow()
    this.#signalIfEmpty()
  }
  #signalIfEmpty(): void {
    if (this.#sessions.size + this.#opening === 0) this.#whenEmpty?.()
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
      if (this.#sessions.size + this.#opening + this.#waiters.length > 0) this.#watch()
    })
  }
  #listen(now: number): void {
    let answers = 0
    for (const session of this.#sessions) answers += session.answers
    if (answers !== this.#heard.answers) this.#heard = { at: now, answers }
  }
  #busy(): string {
    return `none of ${this.#options.sessionsMax} connections came free in ${ACQUIRE_MS_MAX} ms`
  }
  #expireWaiters(now: number): void {
    while (this.#waiters[0] !== undefined && now - this.#waiters[0].since > ACQUIRE_MS_MAX) {
      const { since, reject } = this.#waiters.shift() as Waiter
      reject(this.isSilentSince(since) ? silentError(this.#options.target) : overloadedError(this.#busy()))
    }
  }
  #cutUnanswered(now: number): void {
    for (const session of this.#sessions) {
      if (!session.isOverdue(now, this.#options.answerMsMax)) continue
      this.#options.runtime.log.warn('cut a PostgreSQL connection that does not answer', { server: this.#options.target.shown })
      session.destroy()
    }
  }
  #closeSurplus(now: number): void {
    while (this.#idle.length > 1 && this.#idle[0] !== undefined && now - this.#idle[0].since > IDLE_MS_MAX) {
      const entry = this.#idle.shift()
      void entry?.session.end()
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
  return new BanyanError('overloaded', `the store has too much to do: ${why}; try again later or raise poolMax`)
}
