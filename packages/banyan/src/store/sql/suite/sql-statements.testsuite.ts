import assert from 'node:assert/strict'
import { sqlOf } from '../../sql-of.ts'
import type { Sql } from '../../sql.ts'
import type { StoreReader } from '../../store.ts'
import { counter, promise, rejectsWith, type StoreHarness } from '../../suite/store-harness.testsuite.ts'
import { stateOf } from '../../suite/test-variants.testsuite.ts'
import { COUNT } from '../../suite/sql-test-state.testsuite.ts'

/** What the SQL of a store adds to the promises of the port: statements are its words, and their texts and values can be wrong. */
export function testSqlStatements(harness: StoreHarness): void {
  promise(harness, 'S3 a wrong statement or value is refused as a mistake that names the statement', async ({ store }) => {
    await rejectsWith(
      store.transaction((tx) => sqlOf(tx).run('INSERT INTO nowhere (a) VALUES (1)')),
      'misuse',
      /nowhere/,
    )
    assert.equal((await store.transaction(async () => 7)).value, 7)
  })

  promise(harness, 'S3 a body cannot end the transaction itself', async ({ store }) => {
    const failed = store.transaction(async (tx) => {
      await stateOf(tx).counters.add('a')
      await sqlOf(tx).run('COMMIT')
    })
    await rejectsWith(failed, 'misuse')
    assert.equal(await counter(store, 'a'), 0)
  })

  promise(harness, 'S3 a write that is refused dooms its transaction, also when the body catches everything', async ({ store }) => {
    const failed = store.transaction(async (tx) => {
      await stateOf(tx).counters.add('a')
      try {
        sqlOf(tx).write('COMMIT')
      } catch {}
    })
    await rejectsWith(failed, 'misuse')
    assert.equal(await counter(store, 'a'), 0)
  })

  promise(harness, 'S8 values come back as they went in: texts, big integers, fractions, bytes, null', async ({ store }) => {
    const answer = await store.transaction(async (tx) => {
      await sqlOf(tx).run('INSERT INTO counter (key, version) VALUES (?, ?)', 'π "quoted" \n ☂', Number.MAX_SAFE_INTEGER)
      return sqlOf(tx).get('SELECT key, version, NULL AS missing FROM counter')
    })
    assert.deepEqual(answer.value, { key: 'π "quoted" \n ☂', version: Number.MAX_SAFE_INTEGER, missing: null })
    assert.equal(Object.getPrototypeOf(answer.value), Object.prototype)
    assert.equal((await store.transaction((tx) => sqlOf(tx).get('SELECT key FROM counter WHERE key = ?', 'none'))).value, undefined)
    assert.equal((await store.transaction((tx) => sqlOf(tx).run('UPDATE counter SET version = 1'))).value, 1)
  })

  promise(harness, 'S11 a read apart says what was wrong with a statement', async ({ store }) => {
    await rejectsWith(
      store.readApart((tx) => sqlOf(tx).all('SELECT nothing FROM nowhere')),
      'misuse',
      /nowhere/,
    )
    await rejectsWith(
      store.readApart((tx) => sqlOf(tx).get("INSERT INTO counter (key, version) VALUES ('c', 1) RETURNING version")),
      'misuse',
      /cannot write/,
    )
    assert.equal(await counter(store, 'c'), 0)
  })

  promise(harness, 'S11 a read apart has the values of a read', async ({ store }) => {
    await store.transaction((tx) => stateOf(tx).counters.set('π "quoted" \n ☂', Number.MAX_SAFE_INTEGER))
    const read = (tx: StoreReader) => sqlOf(tx).all('SELECT key, version, NULL AS missing FROM counter')
    assert.deepEqual(await store.readApart(read), await store.read(read))
  })

  promise(harness, 'S8 a read cannot write, whatever the statement', async ({ store }) => {
    const refused: readonly ((sql: Sql) => Promise<unknown>)[] = [
      (sql) => sql.run(COUNT, 'a'),
      (sql) => sql.get(COUNT, 'a'),
      (sql) => sql.all(COUNT, 'a'),
      async (sql) => sql.write(COUNT, 'a'),
    ]
    for (const write of refused)
      await rejectsWith(
        store.read((tx) => write(sqlOf(tx))),
        'misuse',
      )
    assert.equal(await counter(store, 'a'), 0)
  })
}
