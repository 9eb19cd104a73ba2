import type { Clock } from '../../kernel/clock.ts'
import type { Sql } from '../../store/sql.ts'
import type { Store } from '../../store/store.ts'

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
  let seen: { readonly owner: string; readonly expiresAt: number; readonly since: number } | undefined

  async function hold(): Promise<boolean> {
    const now = clock.now()
    const { value: held } = await store.transaction(
      async ({ sql }) => {
        if ((await sql.run(HOLD, name, owner, now + holdMs, now)) === 1) return true
        const holder = await sql.get<{ owner: string; expires_at: number }>(HOLDER, name)
        return holder !== undefined && (await takeFromSilent(sql, holder.owner, holder.expires_at, now))
      },
      { urgent: true },
    )
    return held
  }
  /** Takes over from one who did not renew for as long as a hold lasts, whatever moment was written: that clock may have been ahead. */
  async function takeFromSilent(sql: Sql, holder: string, expiresAt: number, now: number): Promise<boolean> {
    const elapsed = clock.monotonic()
    const since = seen?.owner === holder && seen.expiresAt === expiresAt ? seen.since : elapsed
    seen = { owner: holder, expiresAt, since }
    return elapsed - since > holdMs && (await sql.run(TAKE, owner, now + holdMs, name, holder, expiresAt)) === 1
  }
  async function release(): Promise<void> {
    await store.transaction(({ sql }) => sql.run('DELETE FROM banyan_holder WHERE name = ? AND owner = ?', name, owner))
  }
  return { hold, release, renewMs: holdMs / RENEWALS }
}

const HOLDER = 'SELECT owner, expires_at FROM banyan_holder WHERE name = ?'

const TAKE = 'UPDATE banyan_holder SET owner = ?, expires_at = ? WHERE name = ? AND owner = ? AND expires_at = ?'

const HOLD = `INSERT INTO banyan_holder (name, owner, expires_at) VALUES (?, ?, ?)
  ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, expires_at = excluded.expires_at
  WHERE banyan_holder.owner = excluded.owner OR banyan_holder.expires_at <= ?`
