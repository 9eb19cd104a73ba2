import { SAGA_COLUMNS, SHOWN_SAGA_COLUMNS, SIGNAL_COLUMNS, STEP_COLUMNS } from './saga-row.ts'

/** Written exactly as in the index `banyan_saga_rest`: SQLite uses a partial index only for the same words. */
export const OPEN = "status NOT IN ('completed', 'compensated')"

/** Of a saga named `s`: its owner has no valid lease. Takes the time. */
const ABANDONED = `NOT EXISTS (SELECT 1 FROM banyan_lease AS l WHERE l.instance = s.owner AND l.taken_over = 0 AND l.expires_at > ?)`

/** Inserts a saga unless its id is taken. */
export const INSERT = `INSERT INTO banyan_saga (${SAGA_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`

/** Finds a saga. */
export const FIND = `SELECT ${SAGA_COLUMNS} FROM banyan_saga WHERE id = ?`

/** Lists sagas by id, for people. */
export const list = (conditions: string): string => `SELECT ${SHOWN_SAGA_COLUMNS} FROM banyan_saga WHERE ${conditions} ORDER BY id LIMIT ?`

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

/** Takes over one saga: owner, id, owner, time. */
export const CLAIM_ONE = `UPDATE banyan_saga AS s SET owner = ?, wake_at = NULL, epoch = epoch + 1
  WHERE s.id = ? AND s.${OPEN} AND (s.owner IS NULL OR s.owner = ? OR ${ABANDONED}) RETURNING ${SAGA_COLUMNS}`

/** What an instance has: owner, limit. */
export const OWNED = `SELECT id FROM banyan_saga WHERE ${OPEN} AND owner = ? LIMIT ?`

/** Stuck sagas of a kind by id: name, version, after, limit. A saga that is stuck has no wake time. */
export const STUCK = `SELECT ${SHOWN_SAGA_COLUMNS} FROM banyan_saga WHERE ${OPEN} AND owner IS NULL AND name = ? AND version = ? AND wake_at IS NULL
  AND status = 'stuck' AND id > ? ORDER BY owner, wake_at, id LIMIT ?`

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

/** The last of a page of signals: number behind which it begins, signals before it. */
export const LAST_SIGNAL = 'SELECT number FROM banyan_saga_signal WHERE number > ? ORDER BY number LIMIT 1 OFFSET ?'

/** Of a page of signals, removes those of final sagas, and of sagas that were not started in time: number behind which it begins, length, time. */
export const PRUNE_SIGNALS = `DELETE FROM banyan_saga_signal WHERE number IN (
  SELECT g.number FROM (SELECT number, saga_id, received_at FROM banyan_saga_signal WHERE number > ? ORDER BY number LIMIT ?) AS g
  LEFT JOIN banyan_saga AS s ON s.id = g.saga_id
  WHERE (s.id IS NULL AND g.received_at < ?) OR s.status IN ('completed', 'compensated'))`
