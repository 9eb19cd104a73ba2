import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { temporaryDirectory } from '@banyan/testing'

/** What a bare loop over `node:sqlite` takes to write what an order writes. */
export interface FloorFigures {
  /** Orders that share their commits, as concurrent clients' orders do. */
  readonly group: number
  readonly ordersPerSecond: number
  readonly cpuMsPerOrder: number
}

/**
 * What one order writes: per database, how many commits one after another and how many rows in each.
 * Counted on the running shop with one client: 18 commits, about 70 rows of about 200 bytes.
 */
const COMMITS: readonly { readonly database: string; readonly commits: number; readonly rows: number }[] = [
  { database: 'orders', commits: 8, rows: 4 },
  { database: 'payments', commits: 4, rows: 4 },
  { database: 'provider', commits: 2, rows: 2 },
  { database: 'inventory', commits: 2, rows: 6 },
  { database: 'shipping', commits: 1, rows: 4 },
  { database: 'recommendations', commits: 1, rows: 4 },
]
const ROW = 'x'.repeat(160)

interface Book {
  readonly begin: StatementSync
  readonly insert: StatementSync
  readonly commit: StatementSync
}

/** Runs the loop for orders that come in groups of `group`; commits of a group are shared, each with a full sync. */
export function benchFloor(group: number, orders: number): FloorFigures {
  using directory = temporaryDirectory()
  const books = COMMITS.map((entry) => ({ ...entry, book: openBook(directory.path, entry.database) }))
  const cpu = process.cpuUsage()
  const started = performance.now()
  for (let done = 0; done < orders; done += group)
    for (const { book, commits, rows } of books) writeGroup(book, commits, rows * group, done)
  const seconds = (performance.now() - started) / 1_000
  const { user, system } = process.cpuUsage(cpu)
  return { group, ordersPerSecond: orders / seconds, cpuMsPerOrder: (user + system) / 1_000 / orders }
}

function writeGroup({ begin, insert, commit }: Book, commits: number, rows: number, number: number): void {
  for (let time = 0; time < commits; time++) {
    begin.run()
    for (let row = 0; row < rows; row++) insert.run(`${number}-${time}-${row}`, ROW, number)
    commit.run()
  }
}

function openBook(directory: string, name: string): Book {
  mkdirSync(directory, { recursive: true })
  const database = new DatabaseSync(path.join(directory, `${name}.db`))
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
  database.exec('CREATE TABLE entry (id TEXT PRIMARY KEY, data TEXT NOT NULL, number INTEGER NOT NULL)')
  return {
    begin: database.prepare('BEGIN IMMEDIATE'),
    insert: database.prepare('INSERT INTO entry VALUES (?, ?, ?)'),
    commit: database.prepare('COMMIT'),
  }
}
