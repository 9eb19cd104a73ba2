import { randomUUID } from 'node:crypto'
import { postgresStores } from '@banyan/postgres'
import { type StoreFactory, storesByService } from 'banyan/store'
import { memoryStores } from 'banyan/store/memory'
import { sqliteStores } from 'banyan/store/sqlite'
import { Client } from 'pg'

/** Stores of one test, and how to remove them at its end. */
export interface TestStores extends AsyncDisposable {
  readonly factory: StoreFactory
}

/** `BANYAN_STORE_INVENTORY=memory`: there are no tables of it to read or to change by hand. */
const INVENTORY_IN_MEMORY = process.env['BANYAN_STORE_INVENTORY'] === 'memory'

/** Why a test that plants something in the tables of inventory is left out; false where they are there. */
export const needsInventoryTables = INVENTORY_IN_MEMORY ? 'feature sql: inventory is kept in memory, which has no tables' : false

/**
 * Returns where a test keeps its data: with `BANYAN_STORE=postgres` in schemas of its own on the server of `POSTGRES_URL`, and with
 * `BANYAN_STORE_INVENTORY=memory` inventory in memory; else undefined for SQLite files in `directory`.
 */
export function testStores(directory: string): TestStores | undefined {
  const all = postgresSchemas()
  if (!INVENTORY_IN_MEMORY) return all
  const byDefault = all?.factory ?? sqliteStores({ directory })
  return {
    factory: storesByService({ byDefault, of: { inventory: memoryStores({ allowLoss: true }) } }),
    [Symbol.asyncDispose]: async () => all?.[Symbol.asyncDispose](),
  }
}

/** Throws when the server's URL is missing: nothing is skipped silently. */
function postgresSchemas(): TestStores | undefined {
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
