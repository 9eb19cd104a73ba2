import type { MigrationTarget } from '../sql/migrate.ts'
import type { SqliteConnection } from './sqlite-connection.ts'
import { SqliteSql } from './sqlite-sql.ts'

/** Lets migrations run on a connection. */
export function migrationTarget(connection: SqliteConnection): MigrationTarget {
  return {
    where: connection.path,
    sql: new SqliteSql(connection, false),
    execute: async (script: string) => connection.execute(script),
    async inTransaction(body: () => Promise<void>) {
      connection.begin()
      try {
        await body()
        connection.commit()
      } catch (thrown) {
        connection.rollback()
        throw thrown
      }
    },
  }
}

/** Position of the newest event in a migrated database; 0 when there is none. */
export function newestPosition(connection: SqliteConnection): number {
  const row = connection.get("SELECT seq AS head FROM sqlite_sequence WHERE name = 'banyan_outbox'", []) as { head: number } | undefined
  return row?.head ?? 0
}
