import type { CancelTimer, Clock } from '../../kernel/clock.ts'

/** What a keyed executor needs. */
export interface KeyedExecutorOptions<T> {
  readonly clock: Pick<Clock, 'setTimer'>
  /** How many keys run at the same time. */
  readonly concurrency: number
  /**
   * Runs one item. Resolves to undefined when it is finished, or to the milliseconds after which to run it again; meanwhile its key waits.
   * Must not reject.
   */
  readonly run: (item: T) => Promise<number | undefined>
}

interface Lane<T> {
  readonly key: string
  readonly items: T[]
  /** Cancels the wait before the next attempt; undefined while it does not wait. */
  cancelWait: CancelTimer | undefined
}

/**
 * Runs items with the same key strictly one after another, in the order they came, and different keys at the same time (P5).
 * The caller bounds how many items it pushes.
 */
export class KeyedExecutor<T> {
  readonly #options: KeyedExecutorOptions<T>
  readonly #lanes = new Map<string, Lane<T>>()
  /** Lanes with something to do, oldest first. */
  readonly #ready: Lane<T>[] = []
  #slots: number
  #running = 0
  #stopped = false
  #listeners: (() => void)[] = []

  constructor(options: KeyedExecutorOptions<T>) {
    this.#options = options
    this.#slots = options.concurrency
  }

  /** Keys that run now. */
  get running(): number {
    return this.#running
  }

  /** Adds an item behind those of the same key. Does nothing once stopped. */
  push(key: string, item: T): void {
    if (this.#stopped) return
    const lane = this.#lanes.get(key)
    if (lane) {
      lane.items.push(item)
      return
    }
    const fresh: Lane<T> = { key, items: [item], cancelWait: undefined }
    this.#lanes.set(key, fresh)
    this.#ready.push(fresh)
    this.#pump()
  }

  /** Changes how many keys run at the same time. */
  limit(concurrency: number): void {
    this.#slots = concurrency
    this.#pump()
  }

  /** Resolves as soon as nothing runs and nothing could run; keys that wait for their next attempt do not count. */
  whenQuiet(): Promise<void> {
    return this.#isQuiet() ? Promise.resolve() : new Promise((resolve) => this.#listeners.push(resolve))
  }

  /** Drops what has not started; resolves when what runs has ended. */
  stop(): Promise<void> {
    this.#stopped = true
    for (const lane of this.#lanes.values()) lane.cancelWait?.()
    return this.whenQuiet()
  }

  #pump(): void {
    while (this.#running < this.#slots && this.#ready.length > 0 && !this.#stopped) void this.#work(this.#ready.shift() as Lane<T>)
    if (this.#listeners.length === 0 || !this.#isQuiet()) return
    const listeners = this.#listeners
    this.#listeners = []
    for (const listener of listeners) listener()
  }

  async #work(lane: Lane<T>): Promise<void> {
    this.#running++
    const delayMs = await this.#options.run(lane.items[0] as T)
    this.#running--
    if (delayMs !== undefined) this.#wait(lane, delayMs)
    else {
      lane.items.shift()
      if (lane.items.length > 0) this.#ready.push(lane)
      else this.#lanes.delete(lane.key)
    }
    this.#pump()
  }

  #wait(lane: Lane<T>, delayMs: number): void {
    if (this.#stopped) return
    lane.cancelWait = this.#options.clock.setTimer(delayMs, () => {
      lane.cancelWait = undefined
      this.#ready.push(lane)
      this.#pump()
    })
  }

  #isQuiet(): boolean {
    return this.#running === 0 && (this.#stopped || this.#ready.length === 0)
  }
}
