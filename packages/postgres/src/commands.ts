import type { Part } from './frontend-messages.ts'

/** Commands that begin, divide and end transactions; prepared like any statement, so that each costs some twenty bytes. */
function command(name: string, text: string): Part {
  return { text, name, values: [] }
}

/** Begins a transaction that behaves as if it ran alone (S4). */
export const BEGIN = command('begin', 'BEGIN ISOLATION LEVEL SERIALIZABLE READ WRITE')
/** Begins a transaction that sees one state and cannot write (S8). */
export const BEGIN_SNAPSHOT = command('begin-snapshot', 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
/** Begins a transaction each of whose statements sees what is committed by then. */
export const BEGIN_READ_COMMITTED = command('begin-read-committed', 'BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE')
/** Ends a transaction. */
export const COMMIT = command('commit', 'COMMIT')
/** Undoes a transaction. */
export const ROLLBACK = command('rollback', 'ROLLBACK')
/** Marks where a member of a group begins. */
export const SAVEPOINT = command('savepoint', 'SAVEPOINT member')
/** Forgets the mark. */
export const RELEASE = command('release', 'RELEASE SAVEPOINT member')
/** Undoes what was done since the mark. */
export const ROLLBACK_TO = command('rollback-to', 'ROLLBACK TO SAVEPOINT member')

/**
 * Begins every group: waits only for one that runs with {@link ALONE}. A table's lock, because in SERIALIZABLE it is the one thing that can
 * be waited for before the snapshot is taken.
 */
export const BESIDE = command('beside', 'LOCK TABLE banyan_meta IN ROW SHARE MODE')
/** Begins a group that others made fail several times: it waits until no other runs, in any process, and keeps others waiting. */
export const ALONE = command('alone', 'LOCK TABLE banyan_meta IN EXCLUSIVE MODE')
