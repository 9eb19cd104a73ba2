import type { NewEvent } from 'banyan/store'
import { NEW_EVENT_COLUMNS, newEventValues, STORED_EVENT_COLUMNS } from 'banyan/store/sql'
import { BEGIN_READ_COMMITTED, COMMIT } from './commands.ts'
import type { Part } from './frontend-messages.ts'
import type { Row } from './wire-batch.ts'

/**
 * Writes the events of a group's transactions as its last act.
 *
 * Invariant: for one key, the order of `number` is the order of commits. The transaction takes the key's lock before it draws numbers and
 * keeps it until its commit is visible; so the rows of a key that a reader sees are always the first ones, and sequencing them by `number`
 * inverts nothing, whatever else the transactions locked, in which order, and whether they touched a common row at all.
 */

/**
 * Number of locks the keys of one service share. It bounds the server's lock table for a transaction with very many events; two
 * transactions in flight that meet by chance only wait for each other's COMMIT.
 */
const KEY_LOCKS = 1_024

/** Returns the statements that lock the events' keys and insert the events, for the batch that ends with COMMIT. */
export function outboxParts(events: readonly NewEvent[], schemaHash: number): Part[] {
  if (events.length === 0) return []
  if (events.length === 1) return partsOfOne(events[0] as NewEvent, schemaHash)
  return partsOfMany(events, schemaHash)
}

/** Numbers of the events that {@link outboxParts} inserted, in their order. */
export function eventNumbers(rows: readonly Row[]): number[] {
  return rows.map((row) => row['number'] as number)
}

/** A hash for advisory locks (FNV-1a), the same in every process, within the range of a PostgreSQL INTEGER. */
export function lockHash(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  return hash | 0
}

function partsOfOne(event: NewEvent, schemaHash: number): Part[] {
  return [
    { text: 'SELECT pg_advisory_xact_lock($1::int, $2::int)', name: 'lock-key', values: [schemaHash, lockOf(event.key)] },
    { text: INSERT_ONE, name: 'insert-event', values: newEventValues(event) },
  ]
}

function partsOfMany(events: readonly NewEvent[], schemaHash: number): Part[] {
  // Everyone takes locks in ascending order, so that no two transactions wait for each other.
  const locks = [...new Set(events.map(({ key }) => lockOf(key)))].toSorted((first, second) => first - second)
  const rows = events.map(newEventValues)
  const columns = NEW_EVENT_COLUMNS.split(', ').map((_, index) => rows.map((row) => row[index] as string | number))
  return [
    { text: LOCK_MANY, name: 'lock-keys', values: [schemaHash, locks] },
    { text: INSERT_MANY, name: 'insert-events', values: columns },
  ]
}

function lockOf(key: string): number {
  return (lockHash(key) >>> 0) % KEY_LOCKS
}

const LOCK_MANY = 'SELECT pg_advisory_xact_lock($1::int, lock) FROM unnest($2::int[]) AS lock'

const INSERT_ONE = `INSERT INTO banyan_outbox (${NEW_EVENT_COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING number`

/** The subquery keeps the order, in which the numbers are drawn. */
const INSERT_MANY = `INSERT INTO banyan_outbox (${NEW_EVENT_COLUMNS})
  SELECT ${NEW_EVENT_COLUMNS} FROM unnest($1::text[], $2::text[], $3::int[], $4::text[], $5::bigint[], $6::text[], $7::text[], $8::text[], $9::text[])
    WITH ORDINALITY AS event (${NEW_EVENT_COLUMNS}, ordinal) ORDER BY ordinal RETURNING number`

/** Most events that get their positions in one transaction: some hundred kilobytes, some milliseconds. */
export const SEQUENCE_BATCH = 500
/** Larger data are not read back: with as many as are sequenced at once they would fill the memory; readers ask for their own. */
const RETURNED_BYTES_MAX = 8_192

/**
 * Gives committed events their positions, in one transaction at READ COMMITTED. The counter's row is locked first; the second statement
 * then has a snapshot of its own, younger than the lock, and sees all that an earlier sequencer did.
 */
export const SEQUENCE_PARTS: readonly Part[] = [
  BEGIN_READ_COMMITTED,
  // A plan that was kept from the time when the log was empty would read all of a large one; so it is planned anew, for the size that it has.
  { text: 'SET LOCAL plan_cache_mode = force_custom_plan', name: 'fresh-plans', values: [] },
  { text: 'SELECT position FROM banyan_sequencer FOR UPDATE', name: 'lock-sequencer', values: [] },
  {
    text: `WITH pending AS MATERIALIZED (
        SELECT number, row_number() OVER (ORDER BY number) AS rank
        FROM (SELECT number FROM banyan_outbox WHERE position IS NULL ORDER BY number LIMIT ${SEQUENCE_BATCH}) AS visible),
      numbered AS (
        UPDATE banyan_outbox AS o SET position = s.position + p.rank FROM pending AS p, banyan_sequencer AS s WHERE o.number = p.number
        RETURNING o.number, ${STORED_EVENT_COLUMNS.split(', ').map(returned).join(', ')}),
      counted AS (UPDATE banyan_sequencer SET position = position + (SELECT count(*) FROM pending) WHERE EXISTS (SELECT 1 FROM pending))
      SELECT * FROM numbered ORDER BY position`,
    name: 'sequence',
    values: [],
  },
  COMMIT,
]
function returned(column: string): string {
  return column === 'data' ? `CASE WHEN octet_length(o.data) <= ${RETURNED_BYTES_MAX} THEN o.data END AS data` : `o.${column}`
}
/** Place of the events, with their positions, in the answer to {@link SEQUENCE_PARTS}. */
export const SEQUENCED = 3

/** Asks without writing whether there is anything to sequence, and where the log ends. Without a name, so that it is planned anew, too. */
export const LOOK_PART: Part = {
  text: 'SELECT s.position, EXISTS (SELECT 1 FROM banyan_outbox WHERE position IS NULL) AS pending FROM banyan_sequencer AS s',
  name: '',
  values: [],
}
