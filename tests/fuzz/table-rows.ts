import { readdirSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout } from 'node:timers/promises'
import { Client } from 'pg'

/** Where a shop keeps its data: files in a directory or, with a URL, schemas that begin with a prefix. */
export interface DataPlace {
  readonly directory: string
  readonly postgres?: { readonly url: string; readonly schemaPrefix: string }
}

/** Rows by table, e.g. `orders.orders`. */
export type TableRows = ReadonlyMap<string, number>

/** Between two counts that must be equal before the shop counts as quiet. */
const QUIET_MS = 300
const LOOKS_MAX = 60

/** Counts the rows of all tables once nothing changes any more: events travel on after the answer that caused them. */
export async function quietTableRows(place: DataPlace): Promise<TableRows> {
  let before = await tableRows(place)
  for (let look = 1; look <= LOOKS_MAX; look++) {
    await setTimeout(QUIET_MS)
    const now = await tableRows(place)
    if ([...now].every(([table, rows]) => before.get(table) === rows)) return now
    before = now
  }
  throw new Error(`the tables still change after ${(LOOKS_MAX * QUIET_MS) / 1_000} s without requests`)
}

/** Tables that have more rows than before, e.g. `orders.outbox: 3 → 5`. */
export function grownTables(before: TableRows, after: TableRows): string[] {
  return [...after]
    .filter(([table, rows]) => rows > (before.get(table) ?? 0))
    .map(([table, rows]) => `${table}: ${before.get(table) ?? 0} → ${rows}`)
}

async function tableRows({ directory, postgres }: DataPlace): Promise<TableRows> {
  return postgres ? rowsOfSchemas(postgres) : rowsOfFiles(directory)
}

function rowsOfFiles(directory: string): TableRows {
  const rows = new Map<string, number>()
  for (const file of readdirSync(directory).filter((name) => name.endsWith('.db'))) {
    const database = new DatabaseSync(path.join(directory, file), { readOnly: true })
    try {
      const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'").all() as {
        name: string
      }[]
      for (const { name } of tables) {
        const { count } = database.prepare(`SELECT count(*) AS count FROM "${name}"`).get() as { count: number }
        rows.set(`${path.basename(file, '.db')}.${name}`, count)
      }
    } finally {
      database.close()
    }
  }
  return rows
}

async function rowsOfSchemas({ url, schemaPrefix }: { url: string; schemaPrefix: string }): Promise<TableRows> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    const { rows: tables } = await client.query<{ schemaname: string; tablename: string }>(
      'SELECT schemaname, tablename FROM pg_tables WHERE starts_with(schemaname, $1)',
      [schemaPrefix],
    )
    const rows = new Map<string, number>()
    for (const { schemaname, tablename } of tables) {
      const { rows: counted } = await client.query<{ count: string }>(`SELECT count(*) AS count FROM "${schemaname}"."${tablename}"`)
      rows.set(`${schemaname.slice(schemaPrefix.length)}.${tablename}`, Number(counted[0]?.count))
    }
    return rows
  } finally {
    await client.end()
  }
}
