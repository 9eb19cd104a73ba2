import { randomUUID } from 'node:crypto'
import { globSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite'
import { postgresStores } from '@banyan/postgres'
import { temporaryDirectory } from '@banyan/testing'
import { Client } from 'pg'
import { startShopHere } from './shop-requests.ts'
import type { ShopPlaces } from './statement-growth.ts'

/** Rows that are sent to PostgreSQL at once. */
const ROWS_AT_ONCE = 5_000
/** What belongs to one database or process, and not to the data. */
const OWN = new Set(['banyan_meta', 'banyan_migration', 'banyan_lease', 'banyan_holder'])

/** Schemas of a shop on a server. */
export interface PostgresPlace {
  readonly url: string
  readonly schemaPrefix: string
}

/**
 * Opens schemas of their own on the server of `POSTGRES_URL`, with the tables of an empty shop, to be filled as {@link copyToPostgres} does. They are
 * dropped when it is disposed of.
 */
export async function shopsOnPostgres(): Promise<AsyncDisposable & ShopPlaces> {
  const url = process.env['POSTGRES_URL']
  if (!url) throw new Error('set POSTGRES_URL to a server these tests may create schemas on')
  const place = { url, schemaPrefix: `test_${randomUUID().slice(0, 8)}_` }
  try {
    await createTables(place)
  } catch (error) {
    await dropSchemas(place)
    throw error
  }
  return {
    async put(directory) {
      await fillTables(directory, place)
      return postgresStores(place)
    },
    [Symbol.asyncDispose]: () => dropSchemas(place),
  }
}

/** Puts what the SQLite files of a stopped shop hold into schemas, as if it had been written there, with the statistics that autovacuum would gather. */
export async function copyToPostgres(directory: string, place: PostgresPlace): Promise<void> {
  await createTables(place)
  await fillTables(directory, place)
}

async function createTables(place: PostgresPlace): Promise<void> {
  using files = temporaryDirectory()
  const empty = await startShopHere({ stores: postgresStores(place), files: files.path })
  await empty.stop()
}

/** What the tables held before is gone. */
async function fillTables(directory: string, place: PostgresPlace): Promise<void> {
  await withClient(place, async (client) => {
    for (const file of globSync(path.join(directory, '*.db'))) {
      using database = new DatabaseSync(file, { readOnly: true })
      await copyDatabase(database, client, `${place.schemaPrefix}${path.basename(file, '.db')}`)
    }
  })
}

function dropSchemas(place: PostgresPlace): Promise<void> {
  return withClient(place, async (client) => {
    const { rows } = await client.query<{ nspname: string }>('SELECT nspname FROM pg_namespace WHERE starts_with(nspname, $1)', [
      place.schemaPrefix,
    ])
    for (const { nspname } of rows) await client.query(`DROP SCHEMA "${nspname}" CASCADE`)
  })
}

async function withClient(place: PostgresPlace, use: (client: Client) => Promise<void>): Promise<void> {
  // nothing of it need outlive the server, and who waits for the disk at each of some hundred statements waits for half a minute
  const client = new Client({ connectionString: place.url, options: '-c synchronous_commit=off' })
  await client.connect()
  try {
    await use(client)
  } finally {
    await client.end()
  }
}

interface Table {
  /** As SQLite knows it. */
  readonly name: string
  /** As a statement for PostgreSQL names it. */
  readonly target: string
  /** Columns that both have, as a statement names them. */
  readonly columns: string
}

async function copyDatabase(database: DatabaseSync, client: Client, schema: string): Promise<void> {
  const tables = await sharedTables(database, client, schema)
  await client.query('BEGIN')
  await empty(client, tables)
  for (const table of tables) {
    const select = database.prepare(`SELECT ${table.columns} FROM "${table.name}"`)
    for (const chunk of chunks(select.iterate())) await insert(client, table, chunk)
  }
  await alignCounters(client, schema)
  await alignSequencer(client, schema)
  await client.query(`ANALYZE ${targetsOf(tables)}`)
  await client.query('COMMIT')
}

/** A table that was never filled is left alone: to truncate one makes new files for it and all its indexes. */
async function empty(client: Client, tables: readonly Table[]): Promise<void> {
  const sizes = tables.map(({ target }) => `pg_relation_size('${target}') > 0`)
  const { rows } = await client.query<boolean[]>({ text: `SELECT ${sizes.join(', ')}`, rowMode: 'array' })
  const filled = tables.filter((_, index) => rows[0]?.[index])
  if (filled.length > 0) await client.query(`TRUNCATE ${targetsOf(filled)} CASCADE`)
}

function targetsOf(tables: readonly Table[]): string {
  return tables.map(({ target }) => target).join(', ')
}

/** Tables that both databases have; those that others refer to come first. */
async function sharedTables(database: DatabaseSync, client: Client, schema: string): Promise<Table[]> {
  const { rows } = await client.query<{ name: string; columns: string[] }>(
    'SELECT table_name AS name, json_agg(column_name) AS columns FROM information_schema.columns WHERE table_schema = $1 GROUP BY 1',
    [schema],
  )
  const tables = new Map<string, Table>()
  const add = (name: string): void => {
    const columns = rows.find((row) => row.name === name)?.columns ?? []
    const known = database.prepare('SELECT name FROM pragma_table_info(?)').all(name)
    const shared = known.map((column) => `"${String(column['name'])}"`).filter((column) => columns.includes(column.slice(1, -1)))
    if (OWN.has(name) || tables.has(name) || shared.length === 0) return
    for (const { table } of database.prepare('SELECT "table" FROM pragma_foreign_key_list(?)').all(name)) add(String(table))
    tables.set(name, { name, target: `"${schema}"."${name}"`, columns: shared.join(', ') })
  }
  for (const { name } of rows) add(name)
  return [...tables.values()]
}

async function insert(client: Client, { target, columns }: Table, rows: readonly object[]): Promise<void> {
  await client.query(
    `INSERT INTO ${target} (${columns}) OVERRIDING SYSTEM VALUE SELECT ${columns} FROM json_populate_recordset(NULL::${target}, $1)`,
    [JSON.stringify(rows)],
  )
}

/** The events have their positions; the next one comes behind them. */
async function alignSequencer(client: Client, schema: string): Promise<void> {
  await client.query(
    `UPDATE "${schema}".banyan_sequencer SET position = (SELECT COALESCE(MAX(position), 0) FROM "${schema}".banyan_outbox)`,
  )
}

/** Columns that are counted up go on behind what was copied. */
async function alignCounters(client: Client, schema: string): Promise<void> {
  const { rows } = await client.query<{ target: string; column: string }>(
    `SELECT format('%I.%I', table_schema, table_name) AS target, column_name AS column
     FROM information_schema.columns WHERE table_schema = $1 AND is_identity = 'YES'`,
    [schema],
  )
  for (const { target, column } of rows)
    await client.query(`SELECT setval(pg_get_serial_sequence($1, $2), COALESCE(MAX("${column}"), 0) + 1, false) FROM ${target}`, [
      target,
      column,
    ])
}

function* chunks(rows: Iterable<Record<string, SQLOutputValue>>): Generator<object[]> {
  let chunk: object[] = []
  for (const row of rows) {
    if (Object.values(row).some((value) => value instanceof Uint8Array)) throw new Error('bytes cannot be copied as JSON: teach this to')
    chunk.push(row)
    if (chunk.length === ROWS_AT_ONCE) {
      yield chunk
      chunk = []
    }
  }
  if (chunk.length > 0) yield chunk
}
