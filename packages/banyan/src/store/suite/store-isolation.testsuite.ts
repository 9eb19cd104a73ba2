import assert from 'node:assert/strict'
import { AsyncLocalStorage } from 'node:async_hooks'
import { COUNT, counter, promise, rejectsWith, type StoreHarness } from './store-harness.testsuite.ts'
import type { Sql } from '../sql.ts'

/** S4 and S8: what transactions and reads see of each other. */
export function testIsolation(harness: StoreHarness): void {
  promise(harness, 'S4 no update is lost when many read, add one and write', async ({ store }) => {
    await setCounter(store, 'shared', 0)
    await Promise.all(
      Array.from({ length: 20 }, () =>
        store.transaction(async (tx) => {
          const { version } = await readCounter(tx.database, 'shared')
          await tx.database.run('UPDATE counter SET version = ? WHERE key = ?', version + 1, 'shared')
        }),
      ),
    )
    assert.equal(await counter(store, 'shared'), 20)
  })

  promise(harness, 'S4 no write skew: two that read the same rows and write different ones do not both pass', async ({ store }) => {
    for (let round = 0; round < 5; round++) {
      await setCounter(store, 'left', 1)
      await setCounter(store, 'right', 1)
      const leave = (key: string) =>
        store.transaction(async (tx) => {
          const [left, right] = [await readCounter(tx.database, 'left'), await readCounter(tx.database, 'right')]
          if (left.version + right.version < 2) return false // one must stay
          await tx.database.run('UPDATE counter SET version = 0 WHERE key = ?', key)
          return true
        })
      const answers = await Promise.all([leave('left'), leave('right')])
      assert.equal(answers.filter(({ value }) => value).length, 1)
      assert.equal((await counter(store, 'left')) + (await counter(store, 'right')), 1)
    }
  })

  promise(harness, 'S4 a transaction reads its own writes, with the toolkit’s records too', async ({ store }) => {
    await store.transaction(async (tx) => {
      await tx.database.run(COUNT, 'a')
      assert.equal((await readCounter(tx.database, 'a')).version, 1)
      await tx.timers.schedule({ id: 't', name: 'n', dueAt: 1, data: '{}', attempts: 0, correlationId: 'c' })
      assert.equal(await tx.timers.nextDue(), 1)
    })
  })

  promise(harness, 'S4 each body runs in its caller’s async context', async ({ store }) => {
    const local = new AsyncLocalStorage<number>()
    const seen = await Promise.all(
      Array.from({ length: 5 }, (_, index) => local.run(index, () => store.transaction(async () => local.getStore()))),
    )
    const reads = await Promise.all(
      Array.from({ length: 5 }, (_, index) => local.run(index, () => store.read(async () => local.getStore()))),
    )
    assert.deepEqual(
      seen.map(({ value }) => value),
      [0, 1, 2, 3, 4],
    )
    assert.deepEqual(reads, [0, 1, 2, 3, 4])
  })

  promise(harness, 'S8 a read keeps its snapshot while others commit', async ({ store }) => {
    await setCounter(store, 'x', 0)
    await setCounter(store, 'y', 0)
    const writing = (async () => {
      for (let round = 1; round <= 20; round++) {
        await store.transaction(async (tx) => {
          await tx.database.run(COUNT, 'x')
          await tx.database.run(COUNT, 'y')
        })
      }
    })()
    for (let round = 0; round < 40; round++) {
      const [x, y] = await store.read(async (tx) => [await readCounter(tx.database, 'x'), await readCounter(tx.database, 'y')] as const)
      assert.equal(x.version, y.version)
      await new Promise<void>((resolve) => setImmediate(resolve))
    }
    await writing
    assert.equal(await counter(store, 'y'), 20)
  })

  promise(harness, 'S8 a commit in the middle of a read does not show in it', async ({ store }) => {
    await setCounter(store, 'a', 0)
    const seen: Promise<number[]>[] = []
    await store.transaction(async (tx) => {
      const reading = store.read(async (snapshot) => {
        const versions: number[] = []
        for (let look = 0; look < 30; look++) versions.push((await readCounter(snapshot.database, 'a')).version)
        return versions
      })
      seen.push(reading) // not awaited: it goes on while this commits
      await tx.database.run(COUNT, 'a')
    })
    for (const versions of await Promise.all(seen)) assert.equal(new Set(versions).size, 1, versions.join())
    assert.equal(await counter(store, 'a'), 1)
  })

  promise(harness, 'S8 a read sees everything that was committed before it began', async ({ store }) => {
    for (let round = 1; round <= 10; round++) {
      await store.transaction((tx) => tx.database.run(COUNT, 'a'))
      assert.equal(await counter(store, 'a'), round)
    }
  })

  promise(harness, 'S8 a read cannot write, neither to own tables nor to records', async ({ store }) => {
    const write = store.read((tx) => tx.database.run(COUNT, 'a'))
    await rejectsWith(write, 'misuse', /read|snapshot/)
    await rejectsWith(
      store.read(async (tx) => tx.database.write(COUNT, 'a')),
      'misuse',
    )
    await rejectsWith(
      store.read((tx) => tx.database.get(COUNT, 'a')),
      'misuse',
    )
    await rejectsWith(
      store.read((tx) => tx.timers.cancel('t')),
      'misuse',
    )
    assert.equal(await counter(store, 'a'), 0)
  })

  promise(harness, 'S8 many reads at once all answer', async ({ store }) => {
    await setCounter(store, 'a', 3)
    const answers = await Promise.all(Array.from({ length: 100 }, () => counter(store, 'a')))
    assert.ok(answers.every((answer) => answer === 3))
  })

  promise(harness, 'S8 values come back as they went in: texts, big integers, fractions, bytes, null', async ({ store }) => {
    const answer = await store.transaction(async (tx) => {
      await tx.database.run('INSERT INTO counter (key, version) VALUES (?, ?)', 'π "quoted" \n ☂', Number.MAX_SAFE_INTEGER)
      return tx.database.get('SELECT key, version, NULL AS missing FROM counter')
    })
    assert.deepEqual(answer.value, { key: 'π "quoted" \n ☂', version: Number.MAX_SAFE_INTEGER, missing: null })
    assert.equal(Object.getPrototypeOf(answer.value), Object.prototype)
    assert.equal((await store.transaction((tx) => tx.database.get('SELECT key FROM counter WHERE key = ?', 'none'))).value, undefined)
    assert.equal((await store.transaction((tx) => tx.database.run('UPDATE counter SET version = 1'))).value, 1)
  })
}

async function setCounter(
  store: { transaction: (body: (tx: { database: Sql }) => Promise<number>) => Promise<unknown> },
  key: string,
  version: number,
) {
  const query = 'INSERT INTO counter (key, version) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET version = excluded.version'
  await store.transaction((tx) => tx.database.run(query, key, version))
}

async function readCounter(sql: Pick<Sql, 'get'>, key: string): Promise<{ version: number }> {
  const row = await sql.get<{ version: number }>('SELECT version FROM counter WHERE key = ?', key)
  assert.ok(row)
  return row
}
