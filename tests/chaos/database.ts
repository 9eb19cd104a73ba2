import { Client } from 'pg'

/** A PostgreSQL that a campaign's shop keeps its data in. */
export interface Database {
  readonly url: string
  /** Put before the names of the services' schemas. */
  readonly schemaPrefix: string
  /** What can be done to it. Where others share the server or the database, what would trouble them is missing. */
  readonly troubles: Readonly<Partial<Record<DatabaseTrouble, () => Promise<void>>>>
}

/**
 * Every process of the server ends at once, and it starts again; every connection of the shop is ended on the server's side. For some seconds each:
 * connections are refused, or carry nothing; locks are held from outside, or by a prepared transaction that was left.
 */
export type DatabaseTrouble = 'database' | 'connections' | 'refuse' | 'blackhole' | 'lock' | 'prepared'

/** Ends every other connection to the database that `url` names. */
export function cutConnections(url: string): Promise<void> {
  return runSql(
    url,
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
  )
}

/** Runs a statement on a connection of its own. */
export async function runSql(url: string, text: string): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(text)
  } finally {
    await client.end()
  }
}
