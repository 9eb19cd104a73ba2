import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { readSql } from '@banyan/testing'
import type { SqlReader } from 'banyan'
import type { Store } from 'banyan/store'

/** Where a marker was found, e.g. `orders.order_note.note`, and which one. */
export type Sightings = ReadonlyMap<string, ReadonlySet<string>>

/** The slice of a hosted service that is read. */
interface Readable {
  readonly name: string
  readonly store: Store
}

/** Looks for markers in every column of every table of the services, the toolkit's own tables included. Case does not count. */
export async function markersInTables(services: readonly Readable[], markers: readonly string[]): Promise<Sightings> {
  const found = new Map<string, Set<string>>()
  for (const service of services)
    await readSql(service, async (sql) => {
      for (const table of await tablesOf(sql))
        for (const row of await sql.all<Record<string, unknown>>(`SELECT * FROM "${table}"`))
          for (const [column, value] of Object.entries(row)) note(found, `${service.name}.${table}.${column}`, textOf(value), markers)
    })
  return found
}

/** Looks for markers in the files below a directory that are no databases. */
export function markersInFiles(directory: string, markers: readonly string[]): Sightings {
  const found = new Map<string, Set<string>>()
  for (const name of readdirSync(directory, { recursive: true, encoding: 'utf8' })) {
    const file = path.join(directory, name)
    if (statSync(file).isFile() && !/\.db(?:-wal|-shm)?$/.test(name)) note(found, name, readFileSync(file, 'latin1'), markers)
  }
  return found
}

/** Looks for markers in texts, e.g. the lines of a log. */
export function markersInTexts(where: string, texts: readonly string[], markers: readonly string[]): Sightings {
  const found = new Map<string, Set<string>>()
  for (const text of texts) note(found, `${where}: ${text.slice(0, 200)}`, text, markers)
  return found
}

async function tablesOf(sql: SqlReader): Promise<string[]> {
  const query =
    sql.dialect === 'sqlite'
      ? `SELECT name AS "name" FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`
      : `SELECT tablename AS "name" FROM pg_tables WHERE schemaname = current_schema()`
  return (await sql.all<{ name: string }>(query)).map(({ name }) => name)
}

function textOf(value: unknown): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1')
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function note(found: Map<string, Set<string>>, where: string, text: string, markers: readonly string[]): void {
  const lower = text.toLowerCase()
  for (const marker of markers) {
    if (!lower.includes(marker.toLowerCase())) continue
    const seen = found.get(where) ?? new Set<string>()
    found.set(where, seen.add(marker))
  }
}
