import type { Clock } from '../kernel/clock.ts'
import type { Store } from '../store/store.ts'

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
  readonly clock: Pick<Clock, 'now'>
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
  async function hold(): Promise<boolean> {
    const now = clock.now()
    const { value: held } = await store.transaction(({ sql }) => sql.run(HOLD, name, owner, now + holdMs, now), { urgent: true })
    return held === 1
  }
  async function release(): Promise<void> {
    await store.transaction(({ sql }) => sql.run('DELETE FROM banyan_holder WHERE name = ? AND owner = ?', name, owner))
  }
  return { hold, release, renewMs: holdMs / RENEWALS }
}

const HOLD = `INSERT INTO banyan_holder (name, owner, expires_at) VALUES (?, ?, ?)
  ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, expires_at = excluded.expires_at
  WHERE banyan_holder.owner = excluded.owner OR banyan_holder.expires_at <= ?`
