import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { systemClock } from '../../kernel/clock.ts'
import { createRuntime } from '../../kernel/runtime.ts'
import { READS_MS_PER_TURN, SnapshotQueue } from './snapshot-queue.ts'
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
  let nowMs = 0
  const clock = { ...systemClock(), monotonic: () => nowMs, soon: (callback: () => void) => void scheduled.push(callback) }
  const snapshots = new SnapshotQueue(reader, clock, new StoreHealth(createRuntime().log, undefined))
  const turn = (): void => {
    for (const callback of scheduled.splice(0)) callback()
  }
  return {
    snapshots,
    reader,
    turn,
    begun: countCalls(reader, 'begin'),
    isOpen: () => database.isTransaction,
    write() {
      snapshots.makeWay()
      writer.exec('INSERT INTO entry VALUES (1)')
    },
    count: () => snapshots.run(async (tx) => (await tx.database.get<{ count: number }>('SELECT COUNT(*) AS count FROM entry'))?.count),
    /** A read that holds the turn so long. */
    hold: (ms: number) => snapshots.run(async () => void (nowMs += ms)),
    async [Symbol.asyncDispose]() {
      const settled = snapshots.settle()
      for (; scheduled.length > 0; await new Promise((resolve) => setImmediate(resolve))) turn() // also where a test failed while reads waited
      await settled
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
    const first = await tx.database.get<{ count: number }>(COUNT)
    at.write()
    return [first?.count, (await tx.database.get<{ count: number }>(COUNT))?.count]
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

test('reads that held their turn for long let the loop go round before the next, one asked for at once and one asked for later', async () => {
  await using at = await aFile()
  const ended: string[] = []
  const read = (name: string, ms: number): Promise<unknown> => at.hold(ms).then(() => ended.push(name))
  const all = [read('one', READS_MS_PER_TURN / 2), read('two', READS_MS_PER_TURN), read('three', READS_MS_PER_TURN)]
  await Promise.all(all.slice(0, 2))
  all.push(read('four', 0), read('five', 0))
  await Promise.resolve()
  assert.deepEqual(ended, ['one', 'two'])
  at.turn()
  await all[2]
  await Promise.resolve()
  assert.deepEqual(ended, ['one', 'two', 'three'])
  at.turn()
  await Promise.all(all)
  assert.deepEqual(ended, ['one', 'two', 'three', 'four', 'five'])
})

test('a store that is closed waits for reads whose turn has not come', async () => {
  await using at = await aFile()
  await at.hold(READS_MS_PER_TURN)
  const count = at.count()
  const settled = at.snapshots.settle()
  at.turn()
  assert.equal(await count, 0)
  await settled
})
