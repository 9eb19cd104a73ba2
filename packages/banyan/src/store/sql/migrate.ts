import { BanyanError, reworded, toBanyanError } from '../../kernel/error.ts'
import type { Migration, SchemaStep } from '../migration.ts'
import type { Sql } from '../sql.ts'
import { type AppliedMigration, type PendingMigration, planMigrations } from './migration-plan.ts'

/** What migrations need of a connection. An adapter that lets several processes start at once holds a lock around planning and applying. */
export interface MigrationTarget {
  /** Names the database in messages, e.g. the file's path. */
  readonly where: string
  readonly sql: Omit<Sql, 'write'>
  /** Whether the database has books of its migrations; an empty one has none. */
  hasBooks(): Promise<boolean>
  /** Runs several statements, separated by semicolons. */
  execute(script: string): Promise<void>
}

/** Version of the toolkit's way of keeping its books, in `banyan_meta`. A higher one in the database means that the database is newer. */
export const STORE_FORMAT = 1

const BOOKS = `
CREATE TABLE IF NOT EXISTS banyan_migration (id TEXT NOT NULL PRIMARY KEY, checksum TEXT NOT NULL, applied_at BIGINT NOT NULL);
CREATE TABLE IF NOT EXISTS banyan_meta (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL);
INSERT INTO banyan_meta (name, value) VALUES ('format', '${STORE_FORMAT}') ON CONFLICT (name) DO NOTHING;`

/**
 * Returns what a database lacks, in order: first the toolkit's own tables, then the service's. Changes nothing.
 * Throws `data_newer` or `misuse` when the database does not fit the program (S10).
 */
export async function pendingMigrations(target: MigrationTarget, steps: readonly SchemaStep[]): Promise<readonly PendingMigration[]> {
  const { where, sql } = target
  const migrations = steps as readonly Migration[] // a variant for SQL brings no other
  const format = { dialect: sql.dialect, where, migrations }
  const onEmpty = planMigrations({ ...format, applied: [] }) // the program's own mistakes come first
  return (await target.hasBooks()) ? planMigrations({ ...format, applied: await appliedMigrations(sql, where) }) : onEmpty
}

/**
 * Runs migrations, each with the record that it ran, within a transaction that the caller has begun: all of a service's or none.
 * Throws an error that names the migration.
 */
export async function applyMigrations(target: MigrationTarget, pending: readonly PendingMigration[], now: number): Promise<void> {
  if (pending.length > 0) await target.execute(BOOKS)
  for (const { id, checksum, script } of pending) {
    try {
      await target.execute(script)
      await target.sql.run('INSERT INTO banyan_migration (id, checksum, applied_at) VALUES (?, ?, ?)', id, checksum, now)
    } catch (thrown) {
      const error = toBanyanError(thrown)
      throw reworded(error, `migration "${id}" of ${target.where} failed: ${error.message}`, { cause: thrown })
    }
  }
}

/**
 * Says of a failed upgrade that nothing was changed anywhere, so that whoever reads it knows what to do. `service` is the one whose data or
 * migrations are in the way.
 */
export function upgradeRefused(service: string, thrown: unknown): BanyanError {
  const error = toBanyanError(thrown)
  const unchanged = 'no data of any service were changed: the release that ran before still starts'
  return reworded(error, `service "${service}" cannot be brought up to date: ${error.message}; ${unchanged}`, {
    cause: error.cause ?? thrown,
  })
}

/** Reads what a database has. Throws `data_newer` when its books are kept in a newer format. */
async function appliedMigrations(sql: Pick<Sql, 'get' | 'all'>, where: string): Promise<AppliedMigration[]> {
  const meta = await sql.get<{ value: string }>("SELECT value FROM banyan_meta WHERE name = 'format'")
  if (Number(meta?.value ?? STORE_FORMAT) > STORE_FORMAT) refuseFormat(where, meta?.value ?? '')
  return sql.all<{ id: string; checksum: string }>('SELECT id, checksum FROM banyan_migration')
}

function refuseFormat(where: string, format: string): never {
  throw new BanyanError(
    'data_newer',
    `${where} is newer than this program: it has format ${format}, the program knows ${STORE_FORMAT}; run the newer version. Nothing was changed`,
  )
}
