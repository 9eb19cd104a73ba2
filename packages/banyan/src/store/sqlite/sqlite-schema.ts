import type { EventMark } from '../feed.ts'
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

/** The newest event in a migrated database; undefined when there is none. Retention leaves the newest one, so none is none ever. */
export function newestEvent(connection: SqliteConnection): EventMark | undefined {
  return connection.get(NEWEST, []) as EventMark | undefined
}

const NEWEST = 'SELECT position, event_id AS id FROM banyan_outbox ORDER BY position DESC LIMIT 1'
