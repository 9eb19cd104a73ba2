import type { GenerationRecord, GenerationRecords } from '../records/generation-records.ts'
import type { Sql } from '../sql.ts'

/** Generations of projections in SQL: their parts are the statements that create their tables. */
export class SqlGenerationRecords implements GenerationRecords {
  readonly #sql: Sql

  constructor(sql: Sql) {
    this.#sql = sql
  }

  async list(name: string): Promise<GenerationRecord[]> {
    const rows = await this.#sql.all<GenerationRow>(LIST, name, GENERATIONS_MAX)
    return rows.map(({ tables, ...row }) => ({ ...row, tables: JSON.parse(tables) as string[] }))
  }

  listBuilding(): Promise<Pick<GenerationRecord, 'name' | 'generation'>[]> {
    return this.#sql.all<Pick<GenerationRecord, 'name' | 'generation'>>(LIST_BUILDING, GENERATIONS_MAX)
  }

  async create(record: Omit<GenerationRecord, 'tables'>, statements: readonly string[]): Promise<GenerationRecord> {
    const tables = statements.flatMap((statement) => CREATED.exec(statement)?.[1] ?? [])
    for (const statement of statements) await this.#sql.run(statement)
    await this.#sql.run(INSERT, record.name, record.generation, record.version, record.status, JSON.stringify(tables))
    return { ...record, tables }
  }

  async serve(name: string, generation: number): Promise<void> {
    await this.#sql.run("UPDATE banyan_projection SET status = 'retired' WHERE name = ? AND status = 'serving'", name)
    await this.#sql.run("UPDATE banyan_projection SET status = 'serving' WHERE name = ? AND generation = ?", name, generation)
  }

  async retire({ name, generation }: Pick<GenerationRecord, 'name' | 'generation'>): Promise<void> {
    await this.#sql.run("UPDATE banyan_projection SET status = 'retired' WHERE name = ? AND generation = ?", name, generation)
  }

  async drop({ name, generation, tables }: Pick<GenerationRecord, 'name' | 'generation' | 'tables'>): Promise<void> {
    for (const table of tables) await this.#sql.run(`DROP TABLE IF EXISTS ${table}`)
    await this.#sql.run("DELETE FROM banyan_projection WHERE name = ? AND generation = ? AND status = 'retired'", name, generation)
  }

  async isSuperseded({ name, version, generation }: Pick<GenerationRecord, 'name' | 'version' | 'generation'>): Promise<boolean> {
    return (await this.#sql.get(SUPERSEDED, name, version, generation)) !== undefined
  }
}

interface GenerationRow extends Omit<GenerationRecord, 'tables'> {
  readonly tables: string
}

/** Old ones are dropped soon after a swap, so there are never many. */
const GENERATIONS_MAX = 1_000

const CREATED = /^\s*CREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?([a-z0-9_]+)/i

const LIST = `SELECT name, generation, version, status, table_names AS tables FROM banyan_projection
  WHERE name = ? ORDER BY generation LIMIT ?`

const LIST_BUILDING = `SELECT name, generation FROM banyan_projection WHERE status = 'building' ORDER BY name, generation LIMIT ?`

const SUPERSEDED = `SELECT generation FROM banyan_projection WHERE name = ? AND version = ? AND generation > ? AND status = 'serving'`

const INSERT = 'INSERT INTO banyan_projection (name, generation, version, status, table_names) VALUES (?, ?, ?, ?, ?)'
