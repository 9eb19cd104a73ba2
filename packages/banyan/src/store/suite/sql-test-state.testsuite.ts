import { type Migration, migrationSql, type SchemaStep } from '../migration.ts'
import type { Sql } from '../sql.ts'
import type { Store } from '../store.ts'
import type { TestBlobs, TestCounter, TestCounters, TestEntry, TestLedger, TestSteps, TestVariant } from './test-state.testsuite.ts'

/** Tables of the suites' state. */
export const TABLES: readonly Migration[] = [
  {
    id: '001-tables',
    sql: { sqlite: tables('INTEGER PRIMARY KEY AUTOINCREMENT'), postgres: tables('BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY') },
  },
]

function tables(ascending: string): string {
  return `
      CREATE TABLE counter (key TEXT NOT NULL PRIMARY KEY, version BIGINT NOT NULL);
      CREATE TABLE touched (id INTEGER NOT NULL PRIMARY KEY, times BIGINT NOT NULL);
      CREATE TABLE blob (key TEXT NOT NULL PRIMARY KEY, content TEXT NOT NULL);
      CREATE TABLE ledger (line ${ascending}, key TEXT NOT NULL, number BIGINT NOT NULL);`
}

/** Adds one to a counter; returns its new value. */
export const COUNT = `INSERT INTO counter (key, version) VALUES (?, 1)
  ON CONFLICT (key) DO UPDATE SET version = counter.version + 1 RETURNING version`

/** Reads a counter of a store that speaks SQL, for tests of such an adapter alone; 0 when there is none. */
export async function sqlCounter(store: Store<Sql>, key: string): Promise<number> {
  return (await store.read((tx) => counters(tx.database).get(key))) ?? 0
}

/** The suites' state in SQLite and PostgreSQL. */
export const sqlTestState: TestVariant = {
  engine: 'sql',
  migrations: TABLES,
  repository: (sql: Sql) => ({
    counters: counters(sql),
    blobs: blobs(sql),
    ledger: ledger(sql),
    touch: async (id) => void (await sql.run(TOUCH, id)),
    notes: async () => (await sql.get<{ notes: number }>('SELECT COUNT(*) AS notes FROM note'))?.notes ?? 0,
    endless: () => sql.get(ENDLESS),
  }),
  steps: steps(),
}

const TOUCH = 'INSERT INTO touched (id, times) VALUES (?, 1) ON CONFLICT (id) DO UPDATE SET times = touched.times + 1'

const ENDLESS =
  'WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 2000000000000) SELECT COUNT(*) AS "count" FROM numbers'

function counters(sql: Sql): TestCounters {
  return {
    add: async (key) => (await sql.get<{ version: number }>(COUNT, key))?.version as number,
    addLater: (key) => sql.write(COUNT, key),
    get: async (key) => (await sql.get<{ version: number }>('SELECT version FROM counter WHERE key = ?', key))?.version,
    set: async (key, value) =>
      void (await sql.run(
        'INSERT INTO counter (key, version) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET version = excluded.version',
        key,
        value,
      )),
    list: () => sql.all<TestCounter>('SELECT key, version AS value FROM counter ORDER BY key'),
    from: (key) => sql.all<TestCounter>('SELECT key, version AS value FROM counter WHERE key >= ? ORDER BY key', key),
  }
}

const PUT = 'INSERT INTO blob (key, content) VALUES (?, ?)'

function blobs(sql: Sql): TestBlobs {
  return {
    put: async (key, content) => void (await sql.run(PUT, key, content)),
    putLater: (key, content) => sql.write(PUT, key, content),
    get: async (key) => (await sql.get<{ content: string }>('SELECT content FROM blob WHERE key = ?', key))?.content,
    remove: async (key) => void (await sql.run('DELETE FROM blob WHERE key = ?', key)),
    count: async () => (await sql.get<{ blobs: number }>('SELECT COUNT(*) AS blobs FROM blob'))?.blobs ?? 0,
  }
}

function ledger(sql: Sql): TestLedger {
  return {
    append: async (key, number) => void (await sql.run('INSERT INTO ledger (key, number) VALUES (?, ?)', key, number)),
    list: () => sql.all<TestEntry>('SELECT key, number FROM ledger ORDER BY line'),
    removeAbove: async (number) => void (await sql.run('DELETE FROM ledger WHERE number > ?', number)),
    removeBelow: (number, limit) =>
      sql.run('DELETE FROM ledger WHERE line IN (SELECT line FROM ledger WHERE number < ? LIMIT ?)', number, limit),
  }
}

function steps(): TestSteps {
  const changed = (step: SchemaStep, id: string, added: string): Migration => {
    const change = (dialect: 'sqlite' | 'postgres'): string => `${migrationSql(step as Migration, dialect)}${added}`
    return { id, sql: { sqlite: change('sqlite'), postgres: change('postgres') } }
  }
  const notes: Migration = { id: '002-notes', sql: "CREATE TABLE note (text TEXT NOT NULL); INSERT INTO note (text) VALUES ('seed')" }
  const more: Migration = { id: '003-more', sql: 'CREATE TABLE more (text TEXT NOT NULL)' }
  return {
    notes,
    more,
    broken: (id, step) => changed(step, id, '; INSERT INTO nowhere VALUES (1)'),
    edited: (step) => changed(step, step.id, '; CREATE TABLE edited (words TEXT)'),
    renamed: (id, step) => changed(step, id, ''),
  }
}
