import { Client } from 'pg'
import { BanyanError, type Clock, deadlineAfter, within } from 'banyan/kernel'
import { type ConnectionTarget, startOptions } from './connection-target.ts'
import { encodeBatch, type Part, type PartPlan } from './frontend-messages.ts'
import { settle } from './session-settings.ts'
import { isConnectionLoss, isLockTimeout, markPart } from './sql-failure.ts'
import { type Column, type PartResult, WireBatch } from './wire-batch.ts'

/** Longest time to open a session, TLS, authentication and its settings included; a server that needs longer is not there. */
const CONNECT_TIMEOUT_MS = 5_000

/** Longest wait for the end of a connection after goodbye was said; then it is cut. */
const GOODBYE_MS_MAX = 2_000

/** A peer that vanished is noticed within a minute or two, even where nothing is asked of it. */
const KEEP_ALIVE_MS = 30_000

/** What a session is opened with. */
export interface SessionOptions {
  readonly target: ConnectionTarget
  /** What it is for, as the server shows it. */
  readonly purpose: string
  readonly clock: Clock
  /** Called when a statement waited for a lock in vain; default: nobody wants to know. */
  readonly lockTimedOut?: (() => void) | undefined
}

/** A statement whose Parse is on its way. */
interface PendingParse {
  readonly batch: object
  readonly name: string
}

/**
 * One connection. Batches are written at once and answered in order, so a caller may send COMMIT without waiting for what came before.
 * Invariant: once `dead`, every batch fails, and the session is never given out again.
 */
export class Session {
  readonly #client: Client
  readonly #clock: Clock
  readonly #lockTimedOut: (() => void) | undefined
  /** Columns of prepared statements; undefined until described. */
  readonly #prepared = new Map<string, readonly Column[] | undefined>()
  readonly #pendingParses: PendingParse[] = []
  #inFlight = 0
  #dead = false
  /** Whether something was answered since the pool's last look; true at first, since whoever is handed out was just settled. */
  #fresh = true
  /** When the pool last saw that nothing was overdue, by the monotonic clock. */
  #quietAt = 0
  readonly #tellGone: (() => void)[] = []

  private constructor(client: Client, { clock, lockTimedOut }: SessionOptions) {
    this.#client = client
    this.#clock = clock
    this.#lockTimedOut = lockTimedOut
    const { connection } = client as unknown as { connection: { on(event: string, listener: () => void): void } }
    connection.on('parseComplete', () => {
      this.#pendingParses.shift()
    })
    client.on('error', () => this.#die())
    client.on('end', () => this.#die())
  }

  /**
   * Connects, and sees to it that the session is set as its target says. The server shows it as `banyan`, the process, and the purpose.
   * Rejects with the driver's error, or with `misuse` when it cannot be set.
   * The session is alive when this resolves; whoever holds it learns by {@link whenGone} when that is over.
   */
  static async connect(options: SessionOptions): Promise<Session> {
    const { target, purpose } = options
    const client = new Client({
      connectionString: target.url,
      options: startOptions(target),
      application_name: `banyan ${target.process} ${purpose}`,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      keepAlive: true,
      keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
      pipeline: true,
    })
    const session = new Session(client, options)
    try {
      await client.connect()
      await session.answered(settle(session, target), CONNECT_TIMEOUT_MS)
      if (session.dead) throw new Error('the server closed the connection while it was opened')
    } catch (error) {
      session.destroy()
      throw error
    }
    return session
  }

  get dead(): boolean {
    return this.#dead
  }
  /** Calls `tell` once when the connection is gone: at once when it is already, so that nobody who asks late waits for ever. */
  whenGone(tell: () => void): void {
    if (this.#dead) tell()
    else this.#tellGone.push(tell)
  }
  /** Batches that were sent and not answered. */
  get inFlight(): number {
    return this.#inFlight
  }
  /** Whether something was answered since this was asked last. Asked at intervals by the pool, at monotonic moments. */
  takeFresh(now: number): boolean {
    const fresh = this.#fresh
    this.#fresh = false
    if (fresh || this.#inFlight === 0) this.#quietAt = now
    return fresh
  }
  /** Whether, as {@link takeFresh} saw it, nothing was answered for `answerMsMax` although something is in flight. */
  isOverdue(now: number, answerMsMax: number): boolean {
    return now - this.#quietAt > answerMsMax
  }
  /** The driver, for LISTEN. */
  get client(): Client {
    return this.#client
  }
  /** Whether the connection is outside of a transaction, as the server said last. */
  get idle(): boolean {
    return (this.#client as unknown as { getTransactionStatus(): string | null }).getTransactionStatus() === 'I'
  }

  /**
   * Sends statements in one write; after one fails, those behind it do not run. Rejects with the driver's error, marked with the part that
   * failed. `partly` is given the answers of those before it, also then.
   */
  send(parts: readonly Part[], partly?: (done: PartResult[]) => void): Promise<PartResult[]> {
    return new Promise((resolve, reject) => {
      const plans = parts.map((part, index) => this.#plan(part, parts, index))
      const batch: WireBatch = new WireBatch({
        bytes: encodeBatch(plans),
        columns: parts.map((part) => (part.name === '' ? undefined : this.#prepared.get(part.name))),
        described: (index, columns) => this.#describe(parts[index] as Part, columns),
        succeeded: (results) => {
          this.#inFlight--
          this.#fresh = true
          partly?.(results)
          resolve(results)
        },
        failed: (error, part, results) => {
          this.#inFlight--
          this.#forgetParses(batch)
          if (isConnectionLoss(error)) this.#die()
          else this.#fresh = true
          if (isLockTimeout(error)) this.#lockTimedOut?.()
          partly?.(results.slice(0, part))
          reject(markPart(error, part))
        },
      })
      this.#submit(batch, plans)
    })
  }

  /** Runs several statements without parameters, separated by semicolons. */
  async execute(script: string): Promise<void> {
    await this.#client.query(script)
  }

  /** Cuts the connection; whatever runs on it is rolled back by the server. */
  destroy(): void {
    this.#die()
    const { connection } = this.#client as unknown as { connection: { stream: { destroy(): void } } }
    connection.stream.destroy()
  }
  /** Says goodbye and resolves when the connection is closed: by a server that does not answer, too. Never rejects. */
  async end(): Promise<void> {
    await this.answered(this.#client.end(), GOODBYE_MS_MAX).catch(() => this.destroy())
  }
  /** Passes on what comes of `work`, which waits for the server. Rejects with `unavailable` when it takes longer than `msMax`. */
  async answered<T>(work: Promise<T>, msMax: number): Promise<T> {
    try {
      return await within(this.#clock, deadlineAfter(this.#clock, msMax), 'PostgreSQL', work)
    } catch (error) {
      if (!(error instanceof BanyanError) || error.code !== 'deadline_exceeded') throw error
      throw new BanyanError(
        'unavailable',
        `PostgreSQL did not answer in ${msMax} ms; check that the server runs and the network reaches it`,
      )
    }
  }

  #plan(part: Part, parts: readonly Part[], index: number): PartPlan {
    const { text, name, values } = part
    if (name === '') return { text, name, values, parse: true, describe: true }
    const parse = !this.#prepared.has(name) && !parts.slice(0, index).some((earlier) => earlier.name === name)
    return { text, name, values, parse, describe: this.#prepared.get(name) === undefined }
  }
  #submit(batch: WireBatch, plans: readonly PartPlan[]): void {
    for (const { parse, name } of plans) {
      if (!parse) continue
      this.#pendingParses.push({ batch, name })
      if (name !== '') this.#prepared.set(name, undefined)
    }
    this.#inFlight++
    this.#client.query(batch)
  }
  #describe(part: Part, columns: readonly Column[]): void {
    if (part.name !== '') this.#prepared.set(part.name, columns)
  }
  /** After an error the server skipped the rest of the batch: its statements are not prepared. */
  #forgetParses(batch: object): void {
    while (this.#pendingParses[0]?.batch === batch) {
      const { name } = this.#pendingParses.shift() as PendingParse
      if (name !== '') this.#prepared.delete(name)
    }
  }
  #die(): void {
    if (this.#dead) return
    this.#dead = true
    for (const tell of this.#tellGone.splice(0)) tell()
  }
}
