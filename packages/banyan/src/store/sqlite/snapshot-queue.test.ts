import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { systemClock } from '../../kernel/clock.ts'
import { createRuntime } from '../../kernel/runtime.ts'
import { SnapshotQueue } from './snapshot-queue.ts'
import { SqliteConnection } from './sqlite-connection.ts'
import { StoreHealth } from './store-health.ts'
import { temporaryDirectory } from './temporary-directory.testsuite.ts'

/** A file that one connection writes, and snapshots of it whose turns are taken by hand. */
async function aFile() {
  const directory = await temporaryDirectory()
  const path = `${directory.path}/one.db`
  const writer = new DatabaseSync(path)
  writer.exec('PRAGMA journal_mode = WAL; CREATE TABLE entry (id INTEGER)')
  const database = new DatabaseSync(path, { readOnly: true })
  const reader = new SqliteConnection(database, path, true)
  const scheduled: (() => void)[] = []
  const clock = { ...systemClock(), soon: (callback: () => void) => void scheduled.push(callback) }
  const snapshots = new SnapshotQueue(reader, clock, new StoreHealth(createRuntime().log, undefined))
  return {
    snapshots,
    reader,
    begun: countCalls(reader, 'begin'),
    isOpen: () => database.isTransaction,
    write() {
      snapshots.makeWay()
      writer.exec('INSERT INTO entry VALUES (1)')
    },
    count: () => snapshots.run(async (tx) => (await tx.sql.get<{ count: number }>('SELECT COUNT(*) AS count FROM entry'))?.count),
    turn() {
      for (const callback of scheduled.splice(0)) callback()
    },
    async [Symbol.asyncDispose]() {
      await snapshots.settle()
      reader.close()
      writer.close()
      await directory[Symbol.asyncDispose]()
    },
  }
}

function countCalls(connection: SqliteConnection, name: 'begin'): () => number {
  let calls = 0
  const original = connection[name].bind(connection)
  connection[name] = () => {
    calls++
    original()
  }
  return () => calls
}

test('reads of one turn share a snapshot, also those that waited for another', async () => {
  await using at = await aFile()
  assert.deepEqual(await Promise.all([at.count(), at.count(), at.count()]), [0, 0, 0])
  assert.equal(await at.count(), 0)
  assert.equal(at.begun(), 1)
})

test('a read sees what was committed before it began, also within a turn', async () => {
  await using at = await aFile()
  const seen: unknown[] = []
  for (let round = 0; round < 3; round++) {
    seen.push(await at.count())
    at.write()
  }
  assert.deepEqual([...seen, await at.count()], [0, 1, 2, 3])
  assert.equal(at.begun(), 4)
})

test('no snapshot is open while something is committed, nor in the next turn', async () => {
  await using at = await aFile()
  await at.count()
  assert.ok(at.isOpen())
  at.write()
  assert.equal(at.isOpen(), false)
  await at.count()
  at.turn()
  assert.equal(at.isOpen(), false)
})

test('a read that is under way keeps its snapshot while something is committed; the next one gets another', async () => {
  await using at = await aFile()
  const COUNT = 'SELECT COUNT(*) AS count FROM entry'
  const both = await at.snapshots.run(async (tx) => {
    const first = await tx.sql.get<{ count: number }>(COUNT)
    at.write()
    return [first?.count, (await tx.sql.get<{ count: number }>(COUNT))?.count]
  })
  assert.deepEqual([...both, await at.count()], [0, 0, 1])
})

test('a read that awaits something else is aborted in the next turn, and its snapshot ends', async () => {
  await using at = await aFile()
  const stray = at.snapshots.run(() => new Promise(() => {}))
  at.turn()
  await assert.rejects(stray, { code: 'misuse' })
  assert.equal(at.isOpen(), false)
  assert.equal(await at.count(), 0)
})

test('a BEGIN and a ROLLBACK that failed are got over: the next read has a snapshot of its own', async () => {
  await using at = await aFile()
  const { begin, rollback } = at.reader
  at.reader.begin = () => at.reader.execute('SELECT * FROM no_such_table')
  await assert.rejects(at.count(), { code: 'misuse' })
  at.reader.begin = begin
  assert.equal(await at.count(), 0)
  at.reader.rollback = () => {
    throw new Error('the disk is away')
  }
  assert.throws(() => at.write(), /away/)
  at.reader.rollback = rollback
  assert.equal(await at.count(), 0)
  at.write()
  assert.equal(await at.count(), 1)
})
