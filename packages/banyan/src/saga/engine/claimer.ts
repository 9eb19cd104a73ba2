import { createClockWatch } from '../../kernel/clock-watch.ts'
import type { CancelTimer } from '../../kernel/clock.ts'
import type { Runtime } from '../../kernel/runtime.ts'
import type { SagaKind, SagaRest } from '../../store/records/saga-records.ts'
import type { Store } from '../../store/store.ts'
import { letHeldGo } from './held.ts'
import { JOURNAL_BYTES_MAX, sagaBytes } from '../run/journal-bytes.ts'
import type { SagaLease } from './lease.ts'
import type { LoadedRecords } from '../run/saga-run.ts'

/** Looks at least this often: other processes may have died, and the wall clock may have jumped (P3, P11). */
const POLL_MS = 1_000
/** Shortest pause after a look that left something due, e.g. because another process is just taking it: no process may spin. */
const PAUSE_MS_MIN = 20
/** Sagas taken in one transaction; more would hold others up. */
const BATCH_MAX = 100
/** Sagas that may finish before more are taken from a full table: taking one by one would cost a transaction each. */
const SLOTS_MIN = 32
/** How often the engine looks for sagas that are its own but not in memory: a commit whose answer was lost leaves such. */
const ORPHANS_MS = 30_000

/** What a claimer needs. */
export interface ClaimerOptions {
  readonly store: Store
  readonly runtime: Runtime
  readonly service: string
  readonly kinds: readonly SagaKind[]
  readonly lease: SagaLease
  /** How many more sagas fit into memory. */
  readonly slots: () => number
  /** Bytes that sagas may still take in memory. */
  readonly bytesLeft: () => number
  readonly loaded: (id: string) => boolean
  readonly load: (records: LoadedRecords) => void
}

/**
 * Takes sagas over, again and again: due, free, or left behind by instances whose lease ended (P3). One timer for all.
 * A transient error drops nothing: the next look finds what this one did not take.
 */
export class Claimer {
  readonly #options: ClaimerOptions
  #running = false
  #cancel: CancelTimer | undefined
  #wakeAt = Number.POSITIVE_INFINITY
  #scanning: Promise<void> | undefined
  #again = false
  #starved = false
  #overslept = false
  #suspects: ReadonlySet<string> = new Set()
  readonly #isSetBack: () => boolean
  /** Monotonic moment. */
  #orphansAt = 0
  /** Once per start, until it succeeded. */
  #letHeldGo = false

  constructor(options: ClaimerOptions) {
    this.#options = options
    this.#isSetBack = createClockWatch(options.runtime.clock)
  }

  /** Begins; resolves when the first look is over. */
  async start(): Promise<void> {
    this.#running = true
    this.#orphansAt = this.#elapsed() + ORPHANS_MS
    this.kick()
    await this.#scanning
  }

  async stop(): Promise<void> {
    this.#running = false
    this.#cancel?.()
    await this.#scanning
  }

  /** Looks now, or once more when it is looking. */
  kick(): void {
    if (!this.#running) return
    if (this.#scanning) {
      this.#again = true
      return
    }
    this.#scanning = this.#scan().finally(() => {
      this.#scanning = undefined
      if (this.#again) {
        this.#again = false
        this.kick()
      }
    })
  }

  /** Looks at `at`, in epoch milliseconds, unless it does so earlier. */
  wake(at: number): void {
    const soonest = Math.min(at, this.#now() + POLL_MS)
    if (!this.#running || soonest >= this.#wakeAt) return
    this.#cancel?.()
    this.#wakeAt = soonest
    this.#cancel = this.#options.runtime.clock.setTimer(soonest - this.#now(), () => {
      this.#wakeAt = Number.POSITIVE_INFINITY
      this.kick()
    })
  }

  /**
   * A saga left memory; looks when others wait for its place. `isLast`: no other is left there. Then no more places will come, however few there
   * are: where other services fill the memory it is one.
   */
  slotFreed(isLast: boolean): void {
    if (this.#starved && (isLast || this.#options.slots() >= SLOTS_MIN)) this.kick()
  }

  async #scan(): Promise<void> {
    const { lease, runtime, service, slots } = this.#options
    let next: number | undefined
    try {
      if (lease.valid()) {
        if (!this.#letHeldGo) {
          await letHeldGo(this.#options)
          this.#letHeldGo = true
        }
        if (this.#isSetBack()) this.#overslept = true
        if (this.#overslept) await this.#wakeOverslept()
        const limit = Math.min(slots(), BATCH_MAX)
        this.#starved = limit <= 0
        if (limit > 0 && (await this.#claim(limit))) this.#again = true
        await this.#lookForOrphans()
      }
      next = this.#starved || !lease.valid() ? undefined : await this.#options.store.read((tx) => tx.sagas.nextWake(this.#options.kinds))
    } catch (error) {
      runtime.log.warn('sagas cannot be taken over right now; trying again', { service, error })
    }
    this.#wakeAt = Number.POSITIVE_INFINITY
    this.#cancel?.()
    this.wake(next === undefined ? Number.POSITIVE_INFINITY : Math.max(next, this.#now() + PAUSE_MS_MIN))
  }

  /** Returns whether there may be more to take. */
  async #claim(limit: number): Promise<boolean> {
    const { store, lease, kinds, bytesLeft } = this.#options
    const { value } = await store.transaction(async (tx) => {
      const claimed: LoadedRecords[] = []
      let bytes = 0
      const first = Math.min(limit, fittingSurely(bytesLeft()))
      for (let count = first; count > 0; count = fitting(limit, claimed.length, bytesLeft() - bytes, bytes)) {
        const records = await tx.sagas.claim(lease.owner, this.#now(), count, kinds)
        for (const record of records) {
          const loaded = { record, steps: await tx.sagas.steps(record.id) }
          claimed.push(loaded)
          bytes += sagaBytes(loaded)
        }
        if (records.length < count) return { claimed, more: false }
      }
      return { claimed, more: true }
    })
    for (const records of value.claimed) this.#options.load(records)
    return value.more
  }

  /** What is this instance's but was not in memory at two looks is taken over like any other. */
  async #lookForOrphans(): Promise<void> {
    if (this.#elapsed() < this.#orphansAt) return
    this.#orphansAt = this.#elapsed() + ORPHANS_MS
    const { store, lease, loaded } = this.#options
    const ids = await store.read((tx) => tx.sagas.owned(lease.owner, 10 * BATCH_MAX))
    const missing = ids.filter((id) => !loaded(id))
    for (const id of missing) if (this.#suspects.has(id)) await this.#takeOrphan(id)
    this.#suspects = new Set(missing)
  }

  async #takeOrphan(id: string): Promise<void> {
    const { store, lease, kinds, loaded, load } = this.#options
    const { value } = await store.transaction(async (tx) => {
      const record = loaded(id) ? undefined : await tx.sagas.claimOne(id, lease.owner, this.#now())
      return record && { record, steps: await tx.sagas.steps(id) }
    })
    if (value && kinds.some(({ name, version }) => name === value.record.name && version === value.record.version)) load(value)
  }

  /** What rests until a moment of a clock that was ahead is looked at again; what is really to come rests again. */
  async #wakeOverslept(): Promise<void> {
    const { store, kinds } = this.#options
    const now = this.#now()
    for (const kind of kinds) {
      let from: SagaRest | undefined
      do {
        from = (await store.transaction((tx) => tx.sagas.clockSetBack(now, kind, from))).value.next
      } while (from)
    }
    this.#overslept = false
  }

  #elapsed(): number {
    return this.#options.runtime.clock.monotonic()
  }

  #now(): number {
    return this.#options.runtime.clock.now()
  }
}

/** How many to take while nobody knows how large they are; one even if it does not fit, else it would never run. */
function fittingSurely(left: number): number {
  return Math.max(1, Math.floor(left / JOURNAL_BYTES_MAX))
}

/** How many more to take after `count` of `bytes`: as many as fit if they are as large as those. */
function fitting(limit: number, count: number, left: number, bytes: number): number {
  return Math.min(limit - count, Math.floor((Math.max(0, left) * count) / bytes))
}
