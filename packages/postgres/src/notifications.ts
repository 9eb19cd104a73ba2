import { backoffDelayMs, type BackoffPolicy, type CancelTimer, type Runtime } from 'banyan/kernel'
import type { BudgetMember, ConnectionBudget } from './connection-budget.ts'
import { type ConnectionTarget, quoteName } from './connection-target.ts'
import { inPlace } from './in-place.ts'
import { Session } from './session.ts'

/** Waits between attempts while the server is away. */
const RECONNECT: BackoffPolicy = { firstMs: 250, maxMs: 10_000 }

/** Longest wait for the answer to LISTEN: it takes nothing but a round trip. */
const LISTEN_MS_MAX = 5_000

/**
 * Hears of other processes' events on one connection for all services of a server. Only hints: what it misses, because the connection was
 * lost, a pooler swallowed LISTEN or the server has too few connections, sequencers find by polling.
 */
export class Notifications {
  readonly #target: ConnectionTarget
  readonly #runtime: Pick<Runtime, 'clock' | 'random' | 'log'>
  readonly #budget: ConnectionBudget
  readonly #place: BudgetMember
  readonly #listeners = new Map<string, Set<() => void>>()
  #session: Session | undefined
  #connecting = false
  #failures = 0
  #cancelRetry: CancelTimer | undefined

  constructor(target: ConnectionTarget, runtime: Pick<Runtime, 'clock' | 'random' | 'log'>, budget: ConnectionBudget) {
    this.#target = target
    this.#runtime = runtime
    this.#budget = budget
    this.#place = budget.join({ reserved: 0, closeIdle: () => false })
  }

  /** Gives its connection up where the server has become too small for it. */
  yieldIfScarce(): void {
    if (!this.#budget.ample) this.#session?.destroy() // it is tried again, later and later
  }

  /** Calls `listener` when someone notified `channel`, and after each reconnection. Returns how to stop; the last one closes the connection. */
  listen(channel: string, listener: () => void): () => void {
    const listeners = this.#listeners.get(channel) ?? new Set()
    listeners.add(listener)
    if (!this.#listeners.has(channel)) {
      this.#listeners.set(channel, listeners)
      this.#session?.execute(`LISTEN ${quoteName(channel)}`).catch(() => this.#session?.destroy())
    }
    this.#connect()
    return () => this.#unlisten(channel, listener)
  }

  #unlisten(channel: string, listener: () => void): void {
    const listeners = this.#listeners.get(channel)
    if (!listeners?.delete(listener) || listeners.size > 0) return
    this.#listeners.delete(channel)
    if (this.#listeners.size === 0) return this.#close()
    this.#session?.execute(`UNLISTEN ${quoteName(channel)}`).catch(() => this.#session?.destroy())
  }
  #close(): void {
    this.#cancelRetry?.()
    this.#cancelRetry = undefined
    const session = this.#session
    this.#session = undefined
    void session?.end()
  }

  #connect(): void {
    if (this.#session !== undefined || this.#connecting || this.#cancelRetry !== undefined) return
    this.#connecting = true
    void this.#tryToOpen()
  }
  async #tryToOpen(): Promise<void> {
    try {
      await this.#open()
      this.#failures = 0
      this.#connecting = false
    } catch {
      this.#connecting = false
      this.#retry()
    }
  }
  async #open(): Promise<void> {
    const session = await this.#connected()
    if (this.#listeners.size === 0) return session.end()
    session.client.on('notification', ({ channel }) => this.#hint(channel))
    this.#session = session
    session.whenGone(() => this.#lost(session))
    const channels = [...this.#listeners.keys()]
    const script = channels.map((channel) => `LISTEN ${quoteName(channel)}`).join('; ')
    await session.answered(session.execute(script), LISTEN_MS_MAX).catch((error: unknown) => {
      session.destroy()
      throw error
    })
    for (const channel of this.#listeners.keys()) this.#hint(channel)
  }
  async #connected(): Promise<Session> {
    if (!this.#budget.ample || !this.#place.take()) throw new Error('the server has no connection to spare')
    return inPlace(this.#place, Session.connect({ target: this.#target, purpose: 'listener', clock: this.#runtime.clock }))
  }
  #lost(session: Session): void {
    if (this.#session !== session) return
    this.#session = undefined
    this.#retry()
  }
  #retry(): void {
    if (this.#listeners.size === 0 || this.#cancelRetry !== undefined) return
    this.#cancelRetry = this.#runtime.clock.setTimer(backoffDelayMs(RECONNECT, ++this.#failures, this.#runtime.random), () => {
      this.#cancelRetry = undefined
      this.#connect()
    })
  }
  #hint(channel: string): void {
    for (const listener of this.#listeners.get(channel) ?? []) listener()
  }
}
