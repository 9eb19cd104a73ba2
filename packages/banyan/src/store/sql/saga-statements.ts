import { READY_AT } from '../saga-records.ts'
import { SAGA_COLUMNS, SIGNAL_COLUMNS, STEP_COLUMNS } from './saga-row.ts'

/** Written exactly as in the index `banyan_saga_open`: SQLite uses a partial index only for the same words. */
const OPEN = "status NOT IN ('completed', 'compensated')"

/** Of a saga named `s`: its owner has no valid lease. Takes the time. */
const ABANDONED = `NOT EXISTS (SELECT 1 FROM banyan_lease AS l WHERE l.instance = s.owner AND l.taken_over = 0 AND l.expires_at > ?)`

/**
 * Of a saga named `s`: free and due. One that runs or compensates is due at once unless it waits for its next attempt;
 * one that waits for a signal or for a person is due only when it has a time. Takes the time.
 */
const FREE_AND_DUE = `(s.owner IS NULL AND (s.wake_at <= ? OR (s.wake_at IS NULL AND s.status IN ('running', 'compensating'))))`

/** Of a saga named `s`: one of `count` kinds. Takes name and version of each. */
const ofKinds = (count: number): string => (count === 0 ? '' : ` AND (${Array(count).fill('(s.name = ? AND s.version = ?)').join(' OR ')})`)

/** Inserts a saga unless its id is taken. */
export const INSERT = `INSERT INTO banyan_saga (${SAGA_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`

/** Finds a saga. */
export const FIND = `SELECT ${SAGA_COLUMNS} FROM banyan_saga WHERE id = ?`

/** Lists sagas by id. */
export const list = (conditions: string): string => `SELECT ${SAGA_COLUMNS} FROM banyan_saga WHERE ${conditions} ORDER BY id LIMIT ?`

/** Counts sagas. */
export const COUNTS = 'SELECT name, status, COUNT(*) AS count FROM banyan_saga GROUP BY name, status ORDER BY name, status'

/** Changes a saga of an epoch: values, id, epoch. */
export const update = (assignments: string): string =>
  `UPDATE banyan_saga SET ${assignments} WHERE id = ? AND epoch = ? RETURNING rollback_requested`

/** Checks a saga's epoch: id, epoch. SQLite has one writer; PostgreSQL locks the row so that no take-over comes in between. */
export const CHECK = 'SELECT rollback_requested FROM banyan_saga WHERE id = ? AND epoch = ?'
/** The same for PostgreSQL. */
export const CHECK_LOCKED = `${CHECK} FOR NO KEY UPDATE`

/** Changes a saga whoever runs it. */
export const updateAny = (assignments: string): string => `UPDATE banyan_saga SET ${assignments} WHERE id = ?`

/** Marks leases that ended, so that an instance that wakes up later learns that it was taken over. */
export const END_LEASES = 'UPDATE banyan_lease SET taken_over = 1 WHERE taken_over = 0 AND expires_at <= ? AND instance <> ?'

/** MATERIALIZED, so that PostgreSQL picks the rows once and the limit holds. */
const claimText = (kinds: number, lock: string): string => `WITH due AS MATERIALIZED (
    SELECT s.id FROM banyan_saga AS s WHERE s.${OPEN} AND (${FREE_AND_DUE} OR (s.owner <> ? AND ${ABANDONED}))${ofKinds(kinds)}
    ORDER BY s.wake_at NULLS FIRST LIMIT ?${lock})
  UPDATE banyan_saga SET owner = ?, wake_at = NULL, epoch = epoch + 1 WHERE id IN (SELECT id FROM due) RETURNING ${SAGA_COLUMNS}`

/** Takes over sagas that are due: time, owner, time, kinds, limit, owner. */
export const claim = (kinds: number): string => claimText(kinds, '')

/** The same where several processes claim at once: they pass over each other's rows. */
export const claimLocked = (kinds: number): string => claimText(kinds, ' FOR UPDATE OF s SKIP LOCKED')

/** Makes sagas ready that rest since a moment to come: time, time. */
export const CLOCK_SET_BACK = `UPDATE banyan_saga SET wake_at = ${READY_AT} WHERE ${OPEN} AND owner IS NULL AND wake_at > ? AND updated_at > ?`

/** Takes over one saga: owner, id, owner, time. */
export const CLAIM_ONE = `UPDATE banyan_saga AS s SET owner = ?, wake_at = NULL, epoch = epoch + 1
  WHERE s.id = ? AND s.${OPEN} AND (s.owner IS NULL OR s.owner = ? OR ${ABANDONED}) RETURNING ${SAGA_COLUMNS}`

/** What an instance has: owner, limit. A saga that is owned has no wake time. */
export const OWNED = `SELECT id FROM banyan_saga WHERE ${OPEN} AND wake_at IS NULL AND owner = ? LIMIT ?`

/** The next free saga to wake: kinds. */
export const nextWake = (kinds: number): string =>
  `SELECT s.wake_at FROM banyan_saga AS s WHERE s.${OPEN} AND s.wake_at IS NOT NULL AND s.owner IS NULL${ofKinds(kinds)} ORDER BY s.wake_at LIMIT 1`

/** Stuck sagas by id: after, limit. MATERIALIZED, so that those that ended are not walked through for the order. */
export const STUCK = `WITH stuck AS MATERIALIZED (SELECT id FROM banyan_saga WHERE ${OPEN} AND status = 'stuck')
  SELECT ${SAGA_COLUMNS} FROM banyan_saga WHERE id IN (SELECT id FROM stuck WHERE id > ? ORDER BY id LIMIT ?) ORDER BY id`

/** Steps of a saga in the order of their start. */
export const STEPS = `SELECT ${STEP_COLUMNS} FROM banyan_saga_step WHERE saga_id = ? ORDER BY step_number`

/** Inserts or replaces `count` steps; the same text for the same count, so that the statement is prepared once. */
export function saveSteps(count: number): string {
  return (SAVE_STEPS[count] ??=
    `INSERT INTO banyan_saga_step (${STEP_COLUMNS}) VALUES ${Array(count).fill(STEP_PLACES).join(', ')} ${REPLACE_STEP}`)
}

const SAVE_STEPS: string[] = []
const STEP_PLACES = '(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)'
const REPLACE_STEP = `ON CONFLICT (saga_id, name) DO UPDATE SET step_number = excluded.step_number, state = excluded.state, output = excluded.output,
    error = excluded.error, attempts = excluded.attempts, compensation_attempts = excluded.compensation_attempts,
    started_at = excluded.started_at, ended_at = excluded.ended_at`

/** Stores a signal unless its id was seen. */
export const ADD_SIGNAL = `INSERT INTO banyan_saga_signal (${SIGNAL_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (saga_id, signal_id) DO NOTHING`

/** Takes the oldest signal of a name. A concurrent taker waits on the row and then finds it consumed. */
export const TAKE_SIGNAL = `UPDATE banyan_saga_signal SET consumed = 1 WHERE consumed = 0 AND number =
    (SELECT number FROM banyan_saga_signal WHERE saga_id = ? AND name = ? AND consumed = 0 ORDER BY number LIMIT 1)
  RETURNING ${SIGNAL_COLUMNS}`

/** Removes signals of final sagas, and of sagas that were not started in time. */
export const PRUNE_SIGNALS = `DELETE FROM banyan_saga_signal WHERE number IN (
  SELECT g.number FROM banyan_saga_signal AS g LEFT JOIN banyan_saga AS s ON s.id = g.saga_id
  WHERE (s.id IS NULL AND g.received_at < ?) OR s.status IN ('completed', 'compensated') ORDER BY g.number LIMIT ?)`
