import { BanyanError } from '../../kernel/error.ts'
import type { Migration } from '../migration.ts'
import type { Sql } from '../sql.ts'
import { type AppliedMigration, type PendingMigration, planMigrations } from './migration-plan.ts'

/** What the runner needs of a connection. An adapter that lets several processes start at once holds a lock around {@link migrate}. */
export interface MigrationTarget {
  /** Names the database in messages, e.g. the file's path. */
  readonly where: string
  readonly sql: Omit<Sql, 'write'>
  /** Runs several statements, separated by semicolons. */
  execute(script: string): Promise<void>
  /** Runs `body` in one transaction on the same connection as `sql` and `execute`. */
  inTransaction(body: () => Promise<void>): Promise<void>
}

/** Version of the toolkit's way of keeping its books, in `banyan_meta`. A higher one in the database means that the database is newer. */
export const STORE_FORMAT = 1

const BOOKS = `
CREATE TABLE IF NOT EXISTS banyan_migration (id TEXT NOT NULL PRIMARY KEY, checksum TEXT NOT NULL, applied_at BIGINT NOT NULL);
CREATE TABLE IF NOT EXISTS banyan_meta (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL);
INSERT INTO banyan_meta (name, value) VALUES ('format', '${STORE_FORMAT}') ON CONFLICT (name) DO NOTHING;`

/**
 * Brings a database up to date: first the toolkit's own tables, then the service's, each migration in a transaction together with the
 * record that it ran. Throws `data_newer` or `misuse` before it changes anything when the database does not fit the program (S10). Returns the ids that ran.
 */
export async function migrate(target: MigrationTarget, migrations: readonly Migration[], now: number): Promise<string[]> {
  const pending = await pendingMigrations(target, migrations)
  for (const migration of pending) {
    await target.inTransaction(async () => {
      await target.execute(migration.script)
      await target.sql.run(
        'INSERT INTO banyan_migration (id, checksum, applied_at) VALUES (?, ?, ?)',
        migration.id,
        migration.checksum,
        now,
      )
    })
  }
  return pending.map(({ id }) => id)
}

async function pendingMigrations(target: MigrationTarget, migrations: readonly Migration[]): Promise<PendingMigration[]> {
  const { where, sql } = target
  const format = { dialect: sql.dialect, where, migrations }
  planMigrations({ ...format, applied: [] }) // the program's own mistakes come first, before an empty database is touched
  await target.inTransaction(() => target.execute(BOOKS))
  return planMigrations({ ...format, applied: await appliedMigrations(sql, where) })
}

/** Reads what a database has. Throws `data_newer` when its books are kept in a newer format. */
export async function appliedMigrations(sql: Pick<Sql, 'get' | 'all'>, where: string): Promise<AppliedMigration[]> {
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
