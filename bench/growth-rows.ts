import { existsSync, globSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** SQL over `nth`, the copy's number. */
export type Expression = string
/** Values that a copy gets in place of the copied ones, by `table.column`; where only one table is meant, by the column. */
export type Overrides = Readonly<Record<string, Expression>>

/** Begins a statement that reads `nth` from `numbers`; its first two values are the first number and how many there are. */
export const NUMBERS = 'WITH RECURSIVE numbers (nth) AS (SELECT CAST(? AS INTEGER) UNION ALL SELECT nth + 1 FROM numbers LIMIT ?)'

const ID_LENGTH = 36

/** What is copied how often, and what differs. */
export interface Copying {
  readonly directory: string
  readonly tables: Readonly<Record<string, readonly string[]>>
  /** A row belongs to the template when one of its texts contains one of these ids, or is one of these names; by table. */
  readonly marks: Readonly<Record<string, readonly string[]>> & { readonly default: readonly string[] }
  readonly count: number
  readonly replace: readonly (readonly [string, Expression])[]
  readonly overrides: Overrides
  /** Number of the first copy. */
  readonly first: number
}

/** Copies the rows of a template in the files of a stopped shop. Throws where a table has none of them. */
export function copyRows({ directory, tables, marks, count, replace, overrides, first }: Copying): void {
  for (const [name, names] of Object.entries(tables)) {
    const database = openDatabase(directory, name)
    database.exec('PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF; PRAGMA cache_size = -200000; BEGIN')
    for (const table of names) {
      const columns = columnsOf(database, table)
      const own = columns.filter(({ name: column }) => !(table === 'banyan_outbox' && column === 'position'))
      const texts = own.filter(({ type }) => type === 'TEXT')
      const isTemplate = (marks[table] ?? marks.default)
        .flatMap((mark) =>
          texts.map(
            ({ name: column }) =>
              `(${mark.length === ID_LENGTH ? `instr(${column}, ${quoted(mark)}) > 0` : `${column} = ${quoted(mark)}`})`,
          ),
        )
        .join(' OR ')
      database.exec(`CREATE TEMP TABLE template AS SELECT ${own.map((c) => c.name).join(', ')} FROM ${table} WHERE ${isTemplate}`)
      const rows = Number(database.prepare('SELECT COUNT(*) AS count FROM template').get()?.['count'])
      if (rows === 0) throw new Error(`${name}.${table} has nothing of the template`)
      const values = own.map(
        ({ name: column, type }) => overrides[`${table}.${column}`] ?? (type === 'TEXT' ? replaced(column, replace) : column),
      )
      // CROSS JOIN: the template's rows one after another, so that an order's events keep their order
      const insert = `INSERT INTO ${table} (${own.map((c) => c.name).join(', ')}) SELECT ${values.join(', ')} FROM template CROSS JOIN numbers`
      database.prepare(`${NUMBERS} ${insert}`).run(first, count)
      database.exec('DROP TABLE temp.template')
    }
    database.exec('COMMIT; PRAGMA journal_mode = WAL')
    database.close()
  }
}

function replaced(column: string, replace: Copying['replace']): Expression {
  return replace.reduce((inner, [from, to]) => `replace(${inner}, ${quoted(from)}, ${to})`, column)
}

/** Columns of a table, in their order. */
export function columnsOf(database: DatabaseSync, table: string): { name: string; type: string }[] {
  const rows = database.prepare(`SELECT name, type FROM pragma_table_info('${table}')`).all()
  return rows.map((row) => ({ name: String(row['name']), type: String(row['type']) }))
}

/** Opens the file of a service, or of the provider, of a stopped shop. Throws where there is none. */
export function openDatabase(directory: string, name: string): DatabaseSync {
  const file = [path.join(directory, `${name}.db`), ...globSync(path.join(directory, `**/${name}.db`))].find((each) => existsSync(each))
  if (!file) throw new Error(`${directory} has no ${name}.db`)
  return new DatabaseSync(file)
}

/** Returns a text as SQL writes it. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
