import type { Clock } from '../../kernel/clock.ts'
import type { Hold } from '../../store/records/hold-records.ts'
import type { Store, StoreTransaction } from '../../store/store.ts'

/**
 * Chooses, among the instances of a service on one shared store, the one that consumes.
 * It only keeps two from working against each other; that a late one cannot commit is the epoch's work (P14).
 */
export interface Holder {
  /** Becomes or stays the holder; false while another one is. */
  hold(): Promise<boolean>
  /** Lets another instance follow at once. */
  release(): Promise<void>
  /** How often to call `hold`, in milliseconds; undefined when there is nobody to compete with. */
  readonly renewMs: number | undefined
}

/** Chances to renew a hold before it ends. */
const RENEWALS = 3

/** For a store of one process: nobody competes. */
export const soleHolder: Holder = { hold: () => Promise.resolve(true), release: () => Promise.resolve(), renewMs: undefined }

/** What a holder needs. */
export interface HolderOptions {
  readonly store: Store
  readonly clock: Pick<Clock, 'now' | 'monotonic'>
  /** How long a hold lasts unless it is renewed. */
  readonly holdMs: number
  /** What is held, e.g. `consumer:main:orders`. */
  readonly name: string
  /** Unique per running instance. */
  readonly owner: string
}

/** Builds the holder that fits the store. */
export function createHolder({ store, clock, holdMs, name, owner }: HolderOptions): Holder {
  if (!store.features.shared) return soleHolder
  let seen: { readonly hold: Hold; readonly since: number } | undefined

  async function hold(): Promise<boolean> {
    const now = clock.now()
    const wanted: Hold = { name, owner, expiresAt: now + holdMs }
    const { value: held } = await store.transaction(
      async ({ holds }) => {
        if (await holds.hold(wanted, now)) return true
        const other = await holds.find(name)
        return other !== undefined && (await takeFromSilent(holds, other, wanted))
      },
      { urgent: true },
    )
    return held
  }
  /** Takes over from one who did not renew for as long as a hold lasts, whatever moment was written: that clock may have been ahead. */
  async function takeFromSilent(holds: StoreTransaction['holds'], other: Hold, wanted: Hold): Promise<boolean> {
    const elapsed = clock.monotonic()
    const isSame = seen?.hold.owner === other.owner && seen.hold.expiresAt === other.expiresAt
    const since = seen && isSame ? seen.since : elapsed
    seen = { hold: other, since }
    return elapsed - since > holdMs && (await holds.takeFrom(other, wanted))
  }
  async function release(): Promise<void> {
    await store.transaction(({ holds }) => holds.release(name, owner))
  }
  return { hold, release, renewMs: holdMs / RENEWALS }
}
