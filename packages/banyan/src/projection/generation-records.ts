import { misuse } from '../kernel/error.ts'
import type { CursorRecord } from '../store/records/records.ts'
import type { Sql, SqlReader } from '../store/sql.ts'
import type { TableName } from './projection.ts'

/** One set of a projection's tables. */
export interface GenerationRecord {
  readonly name: string
  /** Counts up with each rebuild; part of the tables' names. */
  readonly generation: number
  /** Version of the definition that made it. */
  readonly version: number
  /** `building`: being filled. `serving`: read from. `retired`: to be dropped. One per projection serves. */
  readonly status: 'building' | 'serving' | 'retired'
  /** Full names of its tables. */
  readonly tables: readonly string[]
}

/** Generations of a projection, oldest first. */
export async function listGenerations(sql: SqlReader, name: string): Promise<GenerationRecord[]> {
  const rows = await sql.all<GenerationRow>(LIST, name, GENERATIONS_MAX)
  return rows.map(({ tables, ...row }) => ({ ...row, tables: JSON.parse(tables) as string[] }))
}

/** Generations of all projections that are being filled, by whichever instance. */
export async function listBuilding(sql: SqlReader): Promise<Pick<GenerationRecord, 'name' | 'generation'>[]> {
  return sql.all<Pick<GenerationRecord, 'name' | 'generation'>>(LIST_BUILDING, GENERATIONS_MAX)
}

/** Adds a generation and creates its tables. */
export async function createGeneration(
  sql: Sql,
  record: Omit<GenerationRecord, 'tables'>,
  statements: readonly string[],
): Promise<GenerationRecord> {
  const tables = statements.flatMap((statement) => CREATED.exec(statement)?.[1] ?? [])
  for (const statement of statements) await sql.run(statement)
  await sql.run(INSERT, record.name, record.generation, record.version, record.status, JSON.stringify(tables))
  return { ...record, tables }
}

/** Whether a later generation of the same version serves. */
export async function isSuperseded(sql: SqlReader, { name, version, generation }: GenerationRecord): Promise<boolean> {
  return (await sql.get(SUPERSEDED, name, version, generation)) !== undefined
}

/** Lets `generation` serve and retires the one that did. */
export async function swapGenerations(sql: Sql, name: string, generation: number): Promise<void> {
  await sql.run("UPDATE banyan_projection SET status = 'retired' WHERE name = ? AND status = 'serving'", name)
  await sql.run("UPDATE banyan_projection SET status = 'serving' WHERE name = ? AND generation = ?", name, generation)
}

/** Gives up a generation that was being filled. */
export async function retireGeneration(sql: Sql, { name, generation }: GenerationRecord): Promise<void> {
  await sql.run("UPDATE banyan_projection SET status = 'retired' WHERE name = ? AND generation = ?", name, generation)
}

/** Drops a retired generation's tables and forgets it. */
export async function dropGeneration(sql: Sql, { name, generation, tables }: GenerationRecord): Promise<void> {
  for (const table of tables) await sql.run(`DROP TABLE IF EXISTS ${table}`)
  await sql.run("DELETE FROM banyan_projection WHERE name = ? AND generation = ? AND status = 'retired'", name, generation)
}

/** Returns the names of a generation's tables, e.g. `order_view_g3`. */
export function tableNames(generation: number): TableName {
  return (table) => {
    if (!TABLE.test(table)) misuse(`"${table}" cannot name a projection's table; use lower-case letters, digits and "_", at most 50`)
    return `${table}_g${generation}`
  }
}

/** Name of the consumers that fill a generation, one per source. */
export function consumerName({ name, generation }: Pick<GenerationRecord, 'name' | 'generation'>): string {
  return `projection:${name}:${generation}`
}

/** Picks the durable positions of a generation, by source. */
export function positionsOf(record: GenerationRecord, cursors: readonly CursorRecord[]): ReadonlyMap<string, number> {
  const consumer = consumerName(record)
  return new Map(cursors.filter((cursor) => cursor.consumer === consumer).map(({ source, position }) => [source, position]))
}

interface GenerationRow extends Omit<GenerationRecord, 'tables'> {
  readonly tables: string
}

/** Old ones are dropped soon after a swap, so there are never many. */
const GENERATIONS_MAX = 1_000

/** Leaves room for the generation within PostgreSQL's 63 characters. */
const TABLE = /^[a-z][a-z0-9_]{0,49}$/

const CREATED = /^\s*CREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?([a-z0-9_]+)/i

const LIST = `SELECT name, generation, version, status, table_names AS tables FROM banyan_projection
  WHERE name = ? ORDER BY generation LIMIT ?`

const LIST_BUILDING = `SELECT name, generation FROM banyan_projection WHERE status = 'building' ORDER BY name, generation LIMIT ?`

const SUPERSEDED = `SELECT generation FROM banyan_projection WHERE name = ? AND version = ? AND generation > ? AND status = 'serving'`

const INSERT = 'INSERT INTO banyan_projection (name, generation, version, status, table_names) VALUES (?, ?, ?, ?, ?)'
