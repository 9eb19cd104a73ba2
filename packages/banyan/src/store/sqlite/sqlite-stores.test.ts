import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { createRuntime } from '../../kernel/runtime.ts'
import type { Store } from '../store.ts'
import { COUNT, sqlCounter as counter, TABLES } from '../suite/sql-test-state.testsuite.ts'
import { anEvent, readAll, rejectsWith, SERVICE } from '../suite/store-harness.testsuite.ts'
import { sqliteStores, type SqliteStoresOptions } from './sqlite-stores.ts'
import { temporaryDirectory } from './temporary-directory.testsuite.ts'
import type { Sql } from '../sql.ts'

function open(
  directory: string,
  options: Partial<SqliteStoresOptions> & { service?: string; migrations?: typeof TABLES } = {},
): Promise<Store<Sql>> {
  const { service = SERVICE, migrations = TABLES, ...rest } = options
  return sqliteStores({ directory, ...rest }).open({ service, migrations, runtime: createRuntime() })
}

test('the directory and every file in it belong to their owner alone', async () => {
  await using directory = await temporaryDirectory()
  const path = join(directory.path, 'deep', 'data')
  const store = await open(path)
  await store.transaction((tx) => tx.database.run(COUNT, 'a'))
  assert.equal(statSync(path).mode & 0o777, 0o700)
  const names = readdirSync(path)
  assert.ok(names.includes(`${SERVICE}.db-wal`))
  for (const name of names) assert.equal(statSync(join(path, name)).mode & 0o777, 0o600, name)
  await store.close()
})

test('closing leaves one complete file: the log is folded in, lock and pid are free', async () => {
  await using directory = await temporaryDirectory()
  const store = await open(directory.path)
  await store.transaction((tx) => tx.database.run(COUNT, 'a'))
  await store.close()
  await store.close() // twice is fine
  assert.deepEqual(readdirSync(directory.path).toSorted(), [`${SERVICE}.db`, `${SERVICE}.lock`])
  const file = new DatabaseSync(join(directory.path, `${SERVICE}.db`), { readOnly: true })
  assert.equal(file.prepare('SELECT version FROM counter').get()?.['version'], 1)
  file.close()
})

test('every commit is synced: the file is in WAL mode and the connection in synchronous=FULL', async () => {
  await using directory = await temporaryDirectory()
  const store = await open(directory.path)
  const settings = await store.transaction(async (tx) => [
    await tx.database.get('PRAGMA journal_mode'),
    await tx.database.get('PRAGMA synchronous'),
    await tx.database.get('PRAGMA foreign_keys'),
  ])
  assert.deepEqual(settings.value, [{ journal_mode: 'wal' }, { synchronous: 2 }, { foreign_keys: 1 }])
  await store.close()
})

test('a file where the directory should be is refused with what to do', async () => {
  await using directory = await temporaryDirectory()
  const path = join(directory.path, 'data')
  writeFileSync(path, 'hello')
  await rejectsWith(open(path), 'unavailable', /data.*move it away/)
  await rejectsWith(open(join(path, 'below')), 'unavailable', /data.*move it away/)
})

test('a directory where the file should be is refused', async () => {
  await using directory = await temporaryDirectory()
  mkdirSync(join(directory.path, `${SERVICE}.db`))
  await rejectsWith(open(directory.path), 'unavailable', /is a directory/)
})

test('a file that is no database is refused, left as it is, and does not keep the lock', async () => {
  await using directory = await temporaryDirectory()
  const path = join(directory.path, `${SERVICE}.db`)
  writeFileSync(path, 'this is not a database, only a text that is long enough to have a header of a hundred bytes or even more than that')
  const before = statSync(path).size
  await rejectsWith(open(directory.path), 'data_damaged', /test\.db is damaged or not a database.*backup/)
  assert.equal(statSync(path).size, before)
  const other = await open(directory.path, { service: 'other' })
  await other.close()
  await rejectsWith(open(directory.path), 'data_damaged', /damaged/)
})

test('a service name that cannot be a file name is refused', async () => {
  await using directory = await temporaryDirectory()
  for (const service of ['', '../up', 'a/b', 'a b', 'x'.repeat(64)]) await rejectsWith(open(directory.path, { service }), 'misuse', /file/)
  assert.deepEqual(readdirSync(directory.path), [])
})

test('a reader beside the owner sees what is committed, changes nothing and takes no lock', async () => {
  await using directory = await temporaryDirectory()
  const owner = await open(directory.path)
  await owner.transaction(async (tx) => {
    await tx.database.run(COUNT, 'a')
    tx.emit(anEvent('a'))
  })
  const reader = await open(directory.path, { readOnly: true })
  assert.equal(await counter(reader, 'a'), 1)
  await readAll(reader.feed, 1)
  await owner.transaction(async (tx) => {
    await tx.database.run(COUNT, 'a')
    tx.emit(anEvent('a'))
  })
  assert.equal(await counter(reader, 'a'), 2)
  assert.equal(await reader.feed.head(), 2)
  await rejectsWith(
    reader.transaction(async () => 1),
    'misuse',
    /reading only/,
  )
  await reader.close()
  await owner.transaction((tx) => tx.database.run(COUNT, 'a'))
  await owner.close()
})

test('a reader of a stopped platform needs no owner', async () => {
  await using directory = await temporaryDirectory()
  await (await open(directory.path)).close()
  const reader = await open(directory.path, { readOnly: true })
  assert.equal(await counter(reader, 'a'), 0)
  await reader.close()
})

test('a reader is refused where there is nothing to read, or something else, or an older database', async () => {
  await using directory = await temporaryDirectory()
  await rejectsWith(open(directory.path, { readOnly: true }), 'unavailable', /no .*test\.db/)
  assert.equal(existsSync(join(directory.path, `${SERVICE}.db`)), false)
  const foreign = new DatabaseSync(join(directory.path, 'foreign.db'))
  foreign.exec('CREATE TABLE a (b)')
  foreign.close()
  await rejectsWith(open(directory.path, { service: 'foreign', readOnly: true }), 'misuse', /not a database of this platform/)
  await (await open(directory.path)).close()
  const newer = [...TABLES, { id: '002-more', sql: 'CREATE TABLE more (a TEXT)' }]
  await rejectsWith(open(directory.path, { readOnly: true, migrations: newer }), 'misuse', /older.*002-more/)
})

test('a long statement is noted for whoever finds the loop held, without its values', async () => {
  await using directory = await temporaryDirectory()
  const runtime = createRuntime()
  const store = await sqliteStores({ directory: directory.path }).open({ service: SERVICE, migrations: TABLES, runtime })
  const long = `WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 3000000) SELECT COUNT(*), ? FROM numbers`
  await store.read((tx) => tx.database.get(long, 'a secret'))
  await store.close()
  const { longest } = runtime.work.take()
  assert.match(longest?.what ?? '', /^statement on test\.db: WITH RECURSIVE numbers/)
  assert.doesNotMatch(longest?.what ?? '', /secret/)
})
