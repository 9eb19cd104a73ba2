import { Client } from 'pg'

/** A PostgreSQL that a campaign's shop keeps its data in. */
export interface Database {
  readonly url: string
  /** Put before the names of the services' schemas. */
  readonly schemaPrefix: string
  /** Ends every process of the server at once and starts it again; undefined where the server is not ours. */
  readonly restart: (() => Promise<void>) | undefined
  /** Ends every connection of the shop on the server's side; undefined where others share the database. */
  readonly cutConnections: (() => Promise<void>) | undefined
  /** What else can be done to it, for some seconds each: see `DatabaseTrouble`. */
  readonly troubles: Readonly<Partial<Record<DatabaseTrouble, () => Promise<void>>>>
}

/** Connections are refused, or carry nothing; locks are held from outside, or by a prepared transaction that was left. */
export type DatabaseTrouble = 'refuse' | 'blackhole' | 'lock' | 'prepared'

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
