import { BanyanError } from '../../kernel/error.ts'
import type { StoredEvent } from '../../store/records/feed.ts'
import type { ParkedRecord } from '../../store/records/consumption-records.ts'
import type { StoreTransaction } from '../../store/store.ts'
import { isClaimLost } from '../reading/claim.ts'
import { handlerPoints, type HandlerRun, type HandlerTask, runHandler } from '../reading/handler-attempt.ts'
import type { ParkedKeys } from './parked-keys.ts'
import { errorText, parkAgain } from './parking.ts'
import { pauseLeftMs, retryDelayMs, type RetryPolicy } from '../reading/retry-policy.ts'
import type { RedriveResult, SessionOptions } from '../reading/consumer-session.ts'
import { failuresOf } from '../reading/counters.ts'

/** A key whose parked events are handled again; runs in the key's own lane, so that new events of the key wait behind it. */
export interface RedriveTask {
  readonly kind: 'redrive'
  readonly key: string
  /** Whether it has seen that somebody asked for it. */
  begun: boolean
  redriven: number
  readonly outcome: PromiseWithResolvers<RedriveResult>
}

/** What a redriver needs of its session. */
export interface RedriverOptions extends SessionOptions {
  readonly parkedKeys: ParkedKeys
  readonly push: (key: string, task: RedriveTask) => void
  readonly lose: () => undefined
}

interface ParkedTask extends HandlerTask {
  /** Whether the handler's transaction removed the parked event. */
  removed: boolean
}

/** Parked events handled in one go; then events of the key that arrived meanwhile are parked behind the rest, so that they do not fill the memory. */
const CHUNK_EVENTS = 50
/** Keys of one look. More come with the next one. */
const LOOK_KEYS = 1_000
/** Keys redriven at once: each has one event in memory, which may be a large one. The others wait in line; one that pauses holds nothing. */
const KEYS_AT_ONCE = 16

/** Handles parked events again, in order (P6). That a key is being redriven is durable, so it goes on after a crash. */
export class Redriver {
  readonly #options: RedriverOptions
  readonly #tasks = new Map<string, RedriveTask>()
  readonly #handling: HandlerRun<ParkedTask>
  readonly #retry: RetryPolicy
  readonly #resumed = new Set<number>()
  #hasLooked = false
  /** Tasks that wait for a place. The others are in the lanes of their keys: those that have one, and those that pause. */
  readonly #line: RedriveTask[] = []
  readonly #placed = new Set<RedriveTask>()

  constructor(options: RedriverOptions) {
    const { claim, runtime, service, retry } = options
    this.#options = options
    this.#handling = {
      claim,
      faults: runtime.faults,
      points: handlerPoints(service, claim.consumer),
      record: (tx, task) => this.#record(tx, task),
    }
    // Somebody waits for the answer, so an outage is reported instead of waited out.
    this.#retry = { ...retry, outageAttemptsMax: retry.attemptsMax }
  }

  /** Redrives a key, unless its first event is still marked `failed`: then nobody has asked for it. */
  redrive(key: string): Promise<RedriveResult> {
    let task = this.#tasks.get(key)
    if (!task) {
      task = { kind: 'redrive', key, begun: false, redriven: 0, outcome: Promise.withResolvers() }
      task.outcome.promise.catch(() => {}) // one that is resumed after a crash has no audience
      this.#tasks.set(key, task)
      this.#queue(task)
    }
    return task.outcome.promise
  }

  /**
   * Looks for redrives that somebody else asked for; the first look also finds those that a crash has cut short. Costs the same however
   * many events are parked.
   */
  async look(): Promise<void> {
    const { store, claim, parkedKeys } = this.#options
    if (parkedKeys.isEmpty) return
    const { consumer, source } = claim
    const isFirst = !this.#hasLooked
    const keys = await store.read(async ({ consumption }) => {
      if (isFirst) return consumption.keysUnderway(consumer, source, LOOK_KEYS)
      return consumption.redrivingKeys(consumer, source, LOOK_KEYS)
    })
    for (const key of new Set(keys)) void this.redrive(key)
    this.#hasLooked = keys.length < LOOK_KEYS || !isFirst
  }

  /** Handles the next parked events of a key. Returns the pause before it goes on; meanwhile another key has its place. */
  async run(task: RedriveTask): Promise<number | undefined> {
    if (!this.#placed.has(task)) return this.#queue(task)
    let isPaused = true
    try {
      const delayMs = await this.#handleChunk(task)
      isPaused = delayMs !== undefined
      return delayMs
    } finally {
      if (isPaused) this.#leave(task)
    }
  }

  /** Whoever waits for a redrive is told that it goes on later. */
  stop(): void {
    const { consumer } = this.#options.claim
    const error = new BanyanError('unavailable', `consumer "${consumer}" stops; the redrive goes on at its next start`)
    for (const { outcome } of this.#tasks.values()) outcome.reject(error)
    this.#tasks.clear()
    this.#line.length = 0
  }

  /** Puts a task into the line; what comes in its lane meanwhile is parked behind the rest. */
  #queue(task: RedriveTask): undefined {
    this.#line.push(task)
    this.#beginNext()
  }

  #beginNext(): void {
    if (this.#placed.size >= KEYS_AT_ONCE) return
    const task = this.#line.shift()
    if (!task) return
    this.#placed.add(task)
    this.#options.push(task.key, task)
  }

  #leave(task: RedriveTask): void {
    this.#placed.delete(task)
    this.#beginNext()
  }

  async #handleChunk(task: RedriveTask): Promise<number | undefined> {
    const { store, claim, parkedKeys } = this.#options
    const { consumer, source } = claim
    for (let handled = 0; handled < CHUNK_EVENTS; handled++) {
      // one at a time: an event may be as large as all that a consumer reads at once
      const [row] = await store.read((tx) => tx.consumption.parked({ consumer, source, key: task.key, limit: 1 }))
      if (row === undefined) parkedKeys.delete(task.key)
      if (row === undefined || (!task.begun && row.state === 'failed')) return this.#finish(task, undefined)
      task.begun = true
      const delayMs = await this.#handle(task, row)
      if (delayMs !== undefined || !this.#tasks.has(task.key)) return delayMs
    }
    this.#options.push(task.key, task)
    return undefined
  }

  /** Handles one parked event. Returns the delay before its next attempt; undefined when it is handled or the redrive has ended. */
  async #handle(task: RedriveTask, row: ParkedRecord): Promise<number | undefined> {
    const { store, claim, subscription, runtime } = this.#options
    const event = JSON.parse(row.event) as StoredEvent
    const pauseMs = this.#pauseMs(event.position)
    if (pauseMs > 0) return pauseMs
    const { consumer, source } = claim
    const nextAt = runtime.clock.now() + this.#retry.backoff.firstMs
    const { value: attempts } = await store.transaction((tx) =>
      tx.consumption.countAttempt(consumer, source, failuresOf(event.position), nextAt),
    )
    const ended = row.attempts + attempts
    // Counted before it runs, so that an event which ends the process does not end every start.
    if (attempts > this.#retry.attemptsMax)
      return this.#fail(task, event, ended, 'internal: the process ended while this event was redriven')
    const parked: ParkedTask = { event, handler: subscription.handlers.get(event.type) ?? passOver, removed: false }
    const error = await runHandler(this.#handling, parked)
    if (error === undefined) return this.#done(task, parked)
    if (error.code === 'fenced' && (await isClaimLost(store, claim))) return this.#options.lose()
    return retryDelayMs(this.#retry, error, attempts, runtime.random) ?? this.#fail(task, event, ended, errorText(error))
  }

  /** What is left of a pause that a restart cut short; asked once. */
  #pauseMs(position: number): number {
    const known = this.#options.claim.attempts.get(position)
    if (known === undefined || this.#resumed.has(position)) return 0
    this.#resumed.add(position)
    return pauseLeftMs(this.#retry, known.nextAt, this.#options.runtime.clock.now())
  }

  async #record(tx: StoreTransaction, task: ParkedTask): Promise<boolean> {
    const { consumer, source, epoch } = this.#options.claim
    const { position } = task.event
    await tx.consumption.advance(consumer, source, 0, epoch) // moves nothing; refuses an old epoch
    const removed = await tx.consumption.unpark(consumer, source, position)
    await tx.consumption.clearAttempts(consumer, source, failuresOf(position))
    tx.afterCommit(() => (task.removed = true))
    return removed
  }

  async #done(task: RedriveTask, parked: ParkedTask): Promise<undefined> {
    if (!parked.removed) await this.#options.store.transaction((tx) => this.#record(tx, parked))
    task.redriven++
  }

  async #fail(task: RedriveTask, event: StoredEvent, attempts: number, error: string): Promise<undefined> {
    const { store, claim, runtime } = this.#options
    await store.transaction((tx) => parkAgain(tx, claim, event, { error, attempts, now: runtime.clock.now() }))
    this.#finish(task, { position: event.position, error })
  }

  #finish(task: RedriveTask, failed: RedriveResult['failed']): undefined {
    this.#tasks.delete(task.key)
    this.#leave(task)
    task.outcome.resolve({ redriven: task.redriven, failed })
  }
}

/** For an event that nobody handles any more: there is nothing to do for it. */
async function passOver(): Promise<void> {}
