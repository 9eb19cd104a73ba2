import type { SagaKind } from '../records/saga-records.ts'
import type { SqlValue } from '../sql.ts'
import { SAGA_COLUMNS } from './saga-row.ts'
import { OPEN } from './saga-statements.ts'

// Owns: how sagas that are due are found, so that a look costs what is due and not what waits.
// Each question goes to one place of the index `banyan_saga_rest` (owner, name, version, wake_at, status, id):
//   free sagas of one kind by their wake time; free ones without a time; what one owner has.

/** A statement with the values of its placeholders. */
export interface ClaimQuery {
  readonly text: string
  readonly values: readonly SqlValue[]
}

/** What to claim. */
export interface Claim {
  readonly owner: string
  /** Epoch milliseconds. */
  readonly now: number
  readonly limit: number
  readonly kinds: readonly SagaKind[]
  /** Whether several processes claim at once: then they pass over each other's rows. */
  readonly shared: boolean
}

/** Takes over sagas that are due. */
export function claimQuery({ owner, now, limit, kinds, shared }: Claim): ClaimQuery {
  const perKind = kinds.flatMap(({ name, version }) => [name, version, now, limit, name, version, limit, name, version, limit])
  const left = kinds.flatMap(({ name, version }) => [name, version])
  return { text: claimText(kinds.length, shared), values: [owner, now, ...perKind, ...left, limit, limit, owner] }
}

/** Finds the earliest wake time of free sagas of `kinds`. */
export function nextWakeQuery(kinds: readonly SagaKind[]): ClaimQuery {
  return { text: nextWakeText(kinds.length), values: kinds.flatMap(({ name, version }) => [name, version]) }
}

const UNION = ' UNION ALL '

/**
 * Of free sagas of one kind. Takes name and version. What is found so is ordered by `owner` too, which all have alike: without it PostgreSQL
 * does not see that the index has them in order.
 */
const OF_KIND = `${OPEN} AND owner IS NULL AND name = ? AND version = ?`

/** Owners, one by one along the index: as many steps as there are instances. */
const OWNERS = `owners (owner) AS (
    SELECT (SELECT owner FROM banyan_saga WHERE ${OPEN} AND owner > '' ORDER BY owner LIMIT 1)
    UNION ALL SELECT (SELECT s.owner FROM banyan_saga AS s WHERE s.${OPEN} AND s.owner > o.owner ORDER BY s.owner LIMIT 1)
      FROM owners AS o WHERE o.owner IS NOT NULL)`

/** Owners whose lease ended or who never had one. Takes the own name and the time. */
const GONE = `gone AS MATERIALIZED (SELECT o.owner FROM owners AS o WHERE o.owner <> ? AND NOT EXISTS
    (SELECT 1 FROM banyan_lease AS l WHERE l.instance = o.owner AND l.taken_over = 0 AND l.expires_at > ?))`

/**
 * MATERIALIZED, so that PostgreSQL picks the rows once and the limit holds. Each kind has its own limit, so that a backlog of one keeps no other
 * waiting, and no more than that is sorted. One that runs or compensates is due at once when it has no time.
 */
function claimText(kinds: number, shared: boolean): string {
  const lock = (table: string): string => (shared ? ` FOR UPDATE OF ${table} SKIP LOCKED` : '')
  const free = (which: string, order: string): string => `SELECT id, wake_at FROM (SELECT id, wake_at FROM banyan_saga
    WHERE ${OF_KIND} AND ${which} ORDER BY owner, ${order} LIMIT ?${lock('banyan_saga')}) AS free`
  const due = free('wake_at <= ?', 'wake_at')
  const timeless = ['running', 'compensating'].map((status) => free(`wake_at IS NULL AND status = '${status}'`, 'wake_at, id')).join(UNION)
  const left = `SELECT id, wake_at FROM (SELECT s.id, s.wake_at FROM gone CROSS JOIN banyan_saga AS s
    WHERE s.${OPEN} AND s.owner = gone.owner AND (${repeated(kinds, '(s.name = ? AND s.version = ?)', ' OR ')}) LIMIT ?${lock('s')}) AS abandoned`
  return `WITH RECURSIVE ${OWNERS}, ${GONE}, due AS MATERIALIZED (
    SELECT id FROM (${repeated(kinds, `${due}${UNION}${timeless}`, UNION)}${UNION}${left}) AS candidate
    ORDER BY wake_at NULLS FIRST LIMIT ?)
  UPDATE banyan_saga SET owner = ?, wake_at = NULL, epoch = epoch + 1 WHERE id IN (SELECT id FROM due) RETURNING ${SAGA_COLUMNS}`
}

function nextWakeText(kinds: number): string {
  const next = `SELECT wake_at FROM (SELECT wake_at FROM banyan_saga WHERE ${OF_KIND} AND wake_at IS NOT NULL
    ORDER BY owner, wake_at LIMIT 1) AS earliest`
  return `SELECT MIN(wake_at) AS wake_at FROM (${repeated(kinds, next, UNION)}) AS candidate`
}

function repeated(count: number, text: string, between: string): string {
  return Array<string>(count).fill(text).join(between)
}
