import { READY_AT, type SagaKind, type SagaRest } from '../records/saga-records.ts'
import type { Sql, SqlValue } from '../sql.ts'
import { OPEN } from './saga-statements.ts'

/** Sagas that one statement looks at when the clock was set back: a few milliseconds of the store. */
export const RESTS_LOOKED_AT = 1_000

/**
 * Makes those of the next {@link RESTS_LOOKED_AT} sagas of a kind ready that rest since a moment to come, in the order of their wake times.
 * Returns from where to go on; undefined when there are no more.
 */
export async function wakeRestingSince(sql: Sql, now: number, kind: SagaKind, from: SagaRest | undefined): Promise<WokenSagas> {
  const { wakeAt, status, id } = from ?? { wakeAt: now, status: '', id: '' }
  const place: SqlValue[] = [kind.name, kind.version, wakeAt, status, id]
  const last = await sql.get<{ wake_at: number; status: string; id: string }>(LAST, ...place, RESTS_LOOKED_AT - 1)
  const woken = await sql.run(WAKE, ...place, RESTS_LOOKED_AT, now)
  return { woken, next: last && { wakeAt: last.wake_at, status: last.status, id: last.id } }
}

/** What one look did. */
export interface WokenSagas {
  readonly woken: number
  readonly next: SagaRest | undefined
}

/** Free sagas of a kind behind a place: name, version, wake time, status, id. */
const BEHIND = `FROM banyan_saga WHERE ${OPEN} AND owner IS NULL AND name = ? AND version = ? AND (wake_at, status, id) > (?, ?, ?)
  ORDER BY owner, wake_at, status, id`

/** The last of a page: place, rows before it. */
const LAST = `SELECT wake_at, status, id ${BEHIND} LIMIT 1 OFFSET ?`

/** Makes those of a page ready that were put to rest at a moment to come: place, rows, now. */
const WAKE = `UPDATE banyan_saga SET wake_at = ${READY_AT} WHERE id IN
  (SELECT id FROM (SELECT id, updated_at ${BEHIND} LIMIT ?) AS page WHERE updated_at > ?)`
