import { createHash } from 'node:crypto'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Runtime } from 'banyan/kernel'
import { createPrivateFile, prepareDirectory } from 'banyan/store/sqlite'

const SCHEMA = `
CREATE TABLE IF NOT EXISTS request (
  key TEXT NOT NULL PRIMARY KEY, fingerprint TEXT NOT NULL, operation TEXT NOT NULL, order_id TEXT NOT NULL, outcome TEXT NOT NULL,
  reply TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS charge (
  ref TEXT NOT NULL PRIMARY KEY, order_id TEXT NOT NULL, currency TEXT NOT NULL, authorized_minor INTEGER NOT NULL,
  captured_minor INTEGER NOT NULL, refunded_minor INTEGER NOT NULL, voided INTEGER NOT NULL, created_at INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS identity (id TEXT NOT NULL PRIMARY KEY) WITHOUT ROWID;`

/** Form of the file. 1: the book has an id, and fingerprints are hashes; before, they had tokens of customers in them. */
const FORM = 1

/** Opens the file of a book, makes it where there is none, and brings one of an earlier release into today's form. A book without an id gets one. */
export function openBookFile(file: string, { ids, log }: Pick<Runtime, 'ids' | 'log'>): DatabaseSync {
  prepareDirectory(dirname(file))
  createPrivateFile(file, log)
  const database = new DatabaseSync(file)
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000')
  database.exec('BEGIN IMMEDIATE')
  try {
    database.exec(SCHEMA)
    if (formOf(database) < FORM) bringUpToDate(database, ids.uuid())
    database.exec('COMMIT')
  } catch (error) {
    database.close() // and with it what was begun
    throw error
  }
  return database
}

/** What must not change of a request under its key, as it is stored: nobody can read a token from it. */
export function fingerprintHash(key: string, fingerprint: string): string {
  return createHash('sha256').update(`${key}\n${fingerprint}`).digest('base64url')
}

function formOf(database: DatabaseSync): number {
  return (database.prepare('PRAGMA user_version').get() as { user_version: number }).user_version
}

function bringUpToDate(database: DatabaseSync, id: string): void {
  const change = database.prepare('UPDATE request SET fingerprint = ? WHERE key = ?')
  const rows = database.prepare('SELECT key, fingerprint FROM request').all() as unknown as { key: string; fingerprint: string }[]
  for (const { key, fingerprint } of rows) change.run(fingerprintHash(key, fingerprint), key)
  database.prepare('INSERT INTO identity (id) VALUES (?)').run(id)
  database.exec(`PRAGMA user_version = ${FORM}`)
}
