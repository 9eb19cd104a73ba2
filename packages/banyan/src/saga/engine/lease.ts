import type { CancelTimer } from '../../kernel/clock.ts'
import { BanyanError } from '../../kernel/error.ts'
import type { Runtime } from '../../kernel/runtime.ts'
import type { Store, StoreTransaction } from '../../store/store.ts'

/** Heartbeats within a lease: five, so that one slow commit moves nothing. */
const HEARTBEATS = 5
/** The instance stops committing this long before others may begin: its clock and theirs may run apart a little. */
const FENCE_MARGIN_MS = 2_000
/** The same for short leases, which tests use on one machine. */
const FENCE_MARGIN_SHARE = 0.2

/** An instance's right to run sagas of a store that several processes share (P3, P14). */
export interface SagaLease {
  /** Name under which sagas are owned; a new one after a lease was lost. */
  readonly owner: string
  /** Whether sagas may be taken and committed now. */
  valid(): boolean
  /** Throws `fenced` when it is not valid. */
  assertValid(): void
  /** Takes the lease and keeps it. */
  start(): Promise<void>
  stop(): Promise<void>
}

/** What a lease needs. */
export interface LeaseOptions {
  readonly store: Store
  readonly runtime: Runtime
  readonly instance: string
  /** Called when the lease was lost: everything that runs must be abandoned. A new lease under another name follows. */
  readonly onLost: () => void
}

/** Returns the lease for a store: a real one where processes share it, else one that always holds, because the store has one owner. */
export function createLease(options: LeaseOptions): SagaLease {
  return options.store.features.shared ? new SharedLease(options) : new ExclusiveLease(ownerName(options))
}

function ownerName({ instance, runtime }: LeaseOptions): string {
  return `${instance}/${runtime.ids.hex(4)}`
}

class ExclusiveLease implements SagaLease {
  readonly owner: string

  constructor(owner: string) {
    this.owner = owner
  }
  valid(): boolean {
    return true
  }
  assertValid(): void {}
  async start(): Promise<void> {}
  async stop(): Promise<void> {}
}

/** Renewed by heartbeats; when they stop, the engine fences itself before anyone can take over. */
class SharedLease implements SagaLease {
  owner: string
  readonly #options: LeaseOptions
  #validUntil = Number.NEGATIVE_INFINITY
  /** Leases of others as they were seen, and since when, by the monotonic clock. */
  #seen: ReadonlyMap<string, { readonly expiresAt: number; readonly since: number }> = new Map()
  #cancel: CancelTimer | undefined
  #stopped = true
  #beat: Promise<void> | undefined

  constructor(options: LeaseOptions) {
    this.#options = options
    this.owner = ownerName(options)
  }

  valid(): boolean {
    return this.#options.runtime.clock.monotonic() < this.#validUntil
  }

  assertValid(): void {
    if (!this.valid())
      throw new BanyanError('fenced', `instance ${this.owner} could not renew its lease in time; it must not commit any more`)
  }

  async start(): Promise<void> {
    this.#stopped = false
    await this.#renew()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#cancel?.()
    await this.#beat
    this.#validUntil = Number.NEGATIVE_INFINITY
    await this.#options.store.transaction((tx) => tx.leases.release(this.owner))
  }

  #schedule(): void {
    if (this.#stopped) return
    this.#cancel = this.#options.runtime.clock.setTimer(this.#options.runtime.leaseMs / HEARTBEATS, () => {
      this.#beat = this.#renew().catch((error: unknown) => {
        this.#options.runtime.log.warn('the lease of a saga engine could not be renewed; trying again', { owner: this.owner, error })
      })
    })
  }

  async #renew(): Promise<void> {
    const { store, runtime, onLost } = this.#options
    const { clock } = runtime
    try {
      if (this.#validUntil !== Number.NEGATIVE_INFINITY && !this.valid()) this.#lose(onLost)
      const { leaseMs } = runtime
      const begun = clock.monotonic()
      const renewal = async (tx: StoreTransaction): Promise<boolean> => {
        const now = clock.now()
        return tx.leases.renew(this.owner, now + leaseMs, now)
      }
      const { value: ours } = await store.transaction(renewal, { urgent: true })
      if (!ours) {
        this.#lose(onLost)
        return await this.#renew()
      }
      this.#validUntil = begun + leaseMs - Math.min(FENCE_MARGIN_MS, leaseMs * FENCE_MARGIN_SHARE)
      // Whatever becomes of the others' leases, this one stands.
      await this.#endSilent().catch((error: unknown) => {
        runtime.log.warn('silent saga engines could not be looked for; trying again', { owner: this.owner, error })
      })
    } finally {
      this.#cancel?.()
      this.#schedule()
    }
  }

  /**
   * Ends leases that were not renewed for as long as a lease lasts, whatever moment they name: one that a clock wrote which was ahead would
   * hold what it owned until that moment.
   */
  async #endSilent(): Promise<void> {
    const { store, runtime } = this.#options
    const elapsed = runtime.clock.monotonic()
    const others = await store.read((tx) => tx.leases.others(this.owner))
    const seen = new Map<string, { expiresAt: number; since: number }>()
    for (const { instance, expiresAt } of others) {
      const before = this.#seen.get(instance)
      const since = before?.expiresAt === expiresAt ? before.since : elapsed
      if (elapsed - since > runtime.leaseMs) await store.transaction((tx) => tx.leases.end(instance, expiresAt), { urgent: true })
      else seen.set(instance, { expiresAt, since })
    }
    this.#seen = seen
  }

  /** Sagas of the old name belong to whoever takes them; this instance goes on under a new one. */
  #lose(onLost: () => void): void {
    this.#options.runtime.log.error('a saga engine lost its lease; what it ran is abandoned and taken over', { owner: this.owner })
    this.#validUntil = Number.NEGATIVE_INFINITY
    this.owner = ownerName(this.#options)
    onLost()
  }
}
