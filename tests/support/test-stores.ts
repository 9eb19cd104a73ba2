import { randomUUID } from 'node:crypto'
import { postgresStores } from '@banyan/postgres'
import type { StoreFactory } from 'banyan/store'
import { Client } from 'pg'

/** Stores of one test, and how to remove them at its end. */
export interface TestStores extends AsyncDisposable {
  readonly factory: StoreFactory
}

/**
 * Returns where a test keeps its data: with `BANYAN_STORE=postgres` in schemas of its own on the server of `POSTGRES_URL`,
 * else undefined for SQLite files. Throws when the server's URL is missing: nothing is skipped silently.
 */
export function testStores(): TestStores | undefined {
  if (process.env['BANYAN_STORE'] !== 'postgres') return undefined
  const url = process.env['POSTGRES_URL']
  if (!url)
    throw new Error('BANYAN_STORE is "postgres" but POSTGRES_URL is not set; give the URL of a server these tests may create schemas on')
  const schemaPrefix = `journey_${randomUUID().slice(0, 8)}_`
  return {
    factory: postgresStores({ url, schemaPrefix }),
    [Symbol.asyncDispose]: () => dropSchemas(url, schemaPrefix),
  }
}

/** Removes what a process with `BANYAN_POSTGRES_SCHEMA_PREFIX` left on the server of `POSTGRES_URL`; nothing where a test runs on files. */
export async function dropTestSchemas(prefix: string): Promise<void> {
  const url = process.env['POSTGRES_URL']
  if (process.env['BANYAN_STORE'] === 'postgres' && url) await dropSchemas(url, prefix)
}

async function dropSchemas(url: string, prefix: string): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query<{ nspname: string }>('SELECT nspname FROM pg_namespace WHERE starts_with(nspname, $1)', [prefix])
    for (const { nspname } of rows) await client.query(`DROP SCHEMA "${nspname}" CASCADE`)
  } finally {
    await client.end()
  }
}
