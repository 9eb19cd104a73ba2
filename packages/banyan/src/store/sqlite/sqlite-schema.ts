import type { EventMark } from '../records/feed.ts'
import type { SchemaStep } from '../migration.ts'
import { applyMigrations, type MigrationTarget, pendingMigrations } from '../sql/migrate.ts'
import type { SqliteConnection } from './sqlite-connection.ts'
import { SqliteSql } from './sqlite-sql.ts'

/** Lets migrations run on a connection. */
export function migrationTarget(connection: SqliteConnection): MigrationTarget {
  return {
    where: connection.path,
    sql: new SqliteSql(connection, false),
    hasBooks: async () => connection.get("SELECT 1 FROM sqlite_schema WHERE name = 'banyan_migration'", []) !== undefined,
    execute: async (script: string) => connection.execute(script),
  }
}

/** Brings the database of a connection up to date, in one transaction. */
export async function migrateConnection(connection: SqliteConnection, migrations: readonly SchemaStep[], now: number): Promise<void> {
  const target = migrationTarget(connection)
  const pending = await pendingMigrations(target, migrations)
  if (pending.length === 0) return
  connection.begin()
  try {
    await applyMigrations(target, pending, now)
    connection.commit()
  } catch (thrown) {
    connection.rollback()
    throw thrown
  }
}

/** The newest event in a migrated database; undefined when there is none. Retention leaves the newest one, so none is none ever. */
export function newestEvent(connection: SqliteConnection): EventMark | undefined {
  return connection.get(NEWEST, []) as EventMark | undefined
}

const NEWEST = 'SELECT position, event_id AS id FROM banyan_outbox ORDER BY position DESC LIMIT 1'
