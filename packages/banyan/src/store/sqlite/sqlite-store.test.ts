import assert from 'node:assert/strict'
import { AsyncLocalStorage } from 'node:async_hooks'
import { open } from 'node:fs/promises'
import { StatementSync } from 'node:sqlite'
import { type MockTracker, test } from 'node:test'
import { systemClock } from '../../kernel/clock.ts'
import { createRuntime } from '../../kernel/runtime.ts'
import type { BanyanError } from '../../kernel/error.ts'
import type { NewEvent } from '../records/feed.ts'
import { COUNT, sqlCounter as counter, TABLES } from '../suite/sql-test-state.testsuite.ts'
import { anEvent, readAll, rejectsWith, SERVICE } from '../suite/store-harness.testsuite.ts'
import { sqliteStores } from './sqlite-stores.ts'
import { temporaryDirectory } from './temporary-directory.testsuite.ts'

/** A store whose fault points are recorded, and throw when `strike` says so. Its time stands still unless `elapsedMs` moves it. */
async function openWatched() {
  const directory = await temporaryDirectory()
  const visited: string[] = []
  const watch = { visited, strike: undefined as string | undefined, elapsedMs: 0 }
  const at = (name: string): void => {
    visited.push(name)
    if (name !== watch.strike) return
    watch.strike = undefined
    throw new Error(`struck at ${name}`)
  }
  const runtime = createRuntime({ faults: { at }, clock: { ...systemClock(), monotonic: () => watch.elapsedMs } })
  const store = await sqliteStores({ directory: directory.path }).open({ service: SERVICE, migrations: TABLES, runtime })
  const commits = () => visited.filter((name) => name.endsWith('before-commit')).length
  return {
    store,
    watch,
    commits,
    async [Symbol.asyncDispose]() {
      await store.close()
      await directory[Symbol.asyncDispose]()
    },
  }
}

test('the transactions of one turn share a commit; those of the next turn get another', async () => {
  await using opened = await openWatched()
  const { store, commits } = opened
  await Promise.all(Array.from({ length: 50 }, () => store.transaction((tx) => tx.database.run(COUNT, 'a'))))
  assert.equal(commits(), 1)
  await store.transaction((tx) => tx.database.run(COUNT, 'a'))
  assert.equal(commits(), 2)
})

test('one commit takes at most 256 transactions', async () => {
  await using opened = await openWatched()
  await Promise.all(Array.from({ length: 600 }, () => opened.store.transaction((tx) => tx.database.run(COUNT, 'a'))))
  assert.equal(opened.commits(), 3)
  assert.equal(await counter(opened.store, 'a'), 600)
})

test('a batch whose bodies take long commits in parts, in order, and the loop turns in between', async () => {
  await using opened = await openWatched()
  const { store, commits, watch } = opened
  const turns: number[] = []
  let isDone = false
  const turn = (): void => {
    turns.push(commits())
    if (!isDone) setImmediate(turn)
  }
  setImmediate(turn)
  const order: number[] = []
  await Promise.all(
    Array.from({ length: 6 }, (_, index) =>
      store.transaction(async (tx) => {
        await tx.database.run(COUNT, 'a')
        order.push(index)
        watch.elapsedMs += 30
      }),
    ),
  )
  isDone = true
  assert.deepEqual(order, [0, 1, 2, 3, 4, 5])
  assert.equal(commits(), 3, 'two bodies of 30 ms in each')
  assert.ok(turns.includes(1) && turns.includes(2), `others had turns after ${turns.join(', ')} commits`)
  assert.equal(await counter(store, 'a'), 6)
})

test('a batch whose events are large commits in parts', async () => {
  await using opened = await openWatched()
  const { store, commits } = opened
  const data = JSON.stringify('x'.repeat(900_000))
  await Promise.all(Array.from({ length: 12 }, () => store.transaction(async (tx) => tx.emit({ ...anEvent('k'), data }))))
  assert.equal(commits(), 2)
  await readAll(store.feed, 12)
})

test("a body that fails makes its batch run once more, in the callers' contexts; only its own work is undone", async () => {
  await using opened = await openWatched()
  const { store } = opened
  const caller = new AsyncLocalStorage<string>()
  const runs: string[] = []
  const count = (name: string, fails = false) =>
    caller.run(name, () =>
      store.transaction(async (tx) => {
        runs.push(`${name} for ${caller.getStore()}`)
        await tx.database.run(COUNT, name)
        tx.afterCommit(() => runs.push(`${name} is durable`))
        if (fails) throw new Error('no')
        return name
      }),
    )
  const first = await Promise.allSettled([count('a'), count('b', true), count('c')])
  assert.deepEqual(
    first.map((result) => (result.status === 'fulfilled' ? result.value.value : result.reason.message)),
    ['a', 'no', 'c'],
  )
  assert.deepEqual(runs, ['a for a', 'b for b', 'a for a', 'b for b', 'c for c', 'a is durable', 'c is durable'])
  runs.length = 0
  await Promise.allSettled([count('a'), count('b', true), count('c')])
  assert.equal(runs.filter((run) => run.includes(' for ')).length, 3, 'after a failure there are savepoints, so nothing runs twice')
  assert.deepEqual([await counter(store, 'a'), await counter(store, 'b'), await counter(store, 'c')], [2, 0, 2])
})

test('nothing is synced when every body fails', async () => {
  await using opened = await openWatched()
  const fail = () => opened.store.transaction(() => Promise.reject(new Error('no')))
  await Promise.allSettled([fail(), fail()])
  assert.equal(opened.commits(), 0)
})

test('a commit that fails rejects its whole batch and leaves no gap in the positions', async () => {
  await using opened = await openWatched()
  const { store, watch } = opened
  const emit = () => store.transaction(async (tx) => tx.emit(anEvent('a')))
  watch.strike = `store.${SERVICE}.before-commit`
  const outcomes = await Promise.allSettled([emit(), emit(), emit()])
  for (const outcome of outcomes) assert.match(String((outcome as PromiseRejectedResult).reason), /struck/)
  assert.equal(await store.feed.head(), 0)
  assert.equal((await emit()).token, '1')
})

test('a body that failed for what another wrote is told that their commit failed, not what it saw', async () => {
  await using opened = await openWatched()
  const { store, watch } = opened
  const writes = () => store.transaction((tx) => tx.database.run(COUNT, 'a'))
  const looks = () =>
    store.transaction(async (tx) => {
      if (await tx.database.get('SELECT 1 FROM counter WHERE key = ?', 'a')) throw new Error('saw it')
    })
  for (const guarded of [false, true]) {
    watch.strike = `store.${SERVICE}.before-commit`
    const outcomes = await Promise.allSettled([writes(), looks()])
    for (const outcome of outcomes) assert.match(String((outcome as PromiseRejectedResult).reason), /struck/, `with savepoints: ${guarded}`)
    assert.equal(await counter(store, 'a'), 0)
  }
})

test('a transaction rolled back after its first event was written leaves no gap between those of its batch', async () => {
  await using opened = await openWatched()
  const { store } = opened
  const broken = { ...anEvent('a'), data: undefined } as unknown as NewEvent
  const outcomes = await Promise.allSettled([
    store.transaction(async (tx) => tx.emit(anEvent('a'))),
    store.transaction(async (tx) => {
      tx.emit(anEvent('a'))
      tx.emit(broken)
    }),
    store.transaction(async (tx) => tx.emit(anEvent('a'))),
  ])
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  )
  await readAll(store.feed, 2)
  assert.equal(await store.feed.head(), 2)
})

test('a strike after the commit: the callers hear of it, what they wrote is there', async () => {
  await using opened = await openWatched()
  const { store, watch } = opened
  watch.strike = `store.${SERVICE}.after-commit`
  const lost = store.transaction(async (tx) => {
    await tx.database.run(COUNT, 'a')
    tx.emit(anEvent('a'))
  })
  await assert.rejects(lost, /struck/)
  assert.equal(await counter(store, 'a'), 1)
  await readAll(store.feed, 1)
})

test('a body that swallows a full disk does not commit, and its batch hears the reason', async () => {
  await using opened = await openWatched()
  const { store } = opened
  const { value } = await store.transaction((tx) => tx.database.get<{ page_count: number }>('PRAGMA page_count'))
  await store.transaction((tx) => tx.database.get(`PRAGMA max_page_count = ${value?.page_count}`))
  const neighbour = store.transaction((tx) => tx.database.run(COUNT, 'neighbour'))
  const greedy = store.transaction(async (tx) => {
    await tx.database.run(COUNT, 'greedy')
    await tx.database.run('INSERT INTO blob (key, content) VALUES (?, ?)', 'b', 'x'.repeat(100_000)).catch(() => {})
    await tx.database.run(COUNT, 'greedy').catch(() => {}) // would commit on its own if it ran
    return 'all is well'
  })
  await rejectsWith(greedy, 'storage_full')
  await rejectsWith(neighbour, 'storage_full')
  assert.equal(await counter(store, 'greedy'), 0)
})

test('more transactions than can wait are refused with `overloaded`; the accepted ones commit', async () => {
  await using opened = await openWatched()
  const outcomes = await Promise.allSettled(Array.from({ length: 10_005 }, () => opened.store.transaction(async () => 1)))
  const refused = outcomes.filter((outcome) => outcome.status === 'rejected')
  assert.deepEqual(
    refused.map(({ reason }) => (reason as BanyanError).code),
    Array(5).fill('overloaded'),
  )
})

test('damage that is met while running ends the store: everything is refused, and the host is told once', async () => {
  await using directory = await temporaryDirectory()
  const fatal: BanyanError[] = []
  const factory = sqliteStores({ directory: directory.path, onFatal: (error) => fatal.push(error) })
  const openAgain = () => factory.open({ service: SERVICE, migrations: TABLES, runtime: createRuntime() })
  const first = await openAgain()
  await first.transaction(async (tx) => {
    for (let n = 0; n < 50; n++) await tx.database.run('INSERT INTO blob (key, content) VALUES (?, ?)', `b${n}`, 'x'.repeat(2_000))
  })
  await first.close()
  const store = await openAgain()
  await overwrite(`${directory.path}/${SERVICE}.db`, 20 * 4_096, 30 * 4_096) // the first pages of the rows; before them stand those of the toolkit's tables
  await rejectsWith(
    store.read((tx) => tx.database.all('SELECT * FROM blob ORDER BY key LIMIT 100')),
    'data_damaged',
    /damaged/,
  )
  await rejectsWith(
    store.transaction(async () => 1),
    'data_damaged',
    /damaged/,
  )
  await rejectsWith(store.ping(), 'data_damaged', /damaged/)
  assert.equal(fatal.length, 1)
  await store.close()
})

test('a sync that failed is not tried again: the store ends, the host is told once, and a new start reads what is on disk', async (t) => {
  await using directory = await temporaryDirectory()
  const fatal: BanyanError[] = []
  const factory = sqliteStores({ directory: directory.path, onFatal: (error) => fatal.push(error) })
  const openAgain = () => factory.open({ service: SERVICE, migrations: TABLES, runtime: createRuntime() })
  const store = await openAgain()
  const add = () => store.transaction((tx) => tx.database.run(COUNT, 'a'))
  await add()
  const commits = failCommits(t.mock)
  await rejectsWith(add(), 'unavailable', /check the disk/)
  await rejectsWith(add(), 'unavailable', /check the disk/)
  assert.equal(commits.failed, 1)
  assert.equal(fatal.length, 1)
  t.mock.restoreAll()
  await rejectsWith(add(), 'unavailable', /check the disk/)
  await store.close()
  const again = await openAgain()
  assert.equal(await counter(again, 'a'), 1)
  await again.close()
})

/** SQLITE_IOERR_FSYNC: the system could not say that the data reached the disk. */
const SYNC_FAILED = 1_034

function failCommits(mock: MockTracker): { failed: number } {
  const commits = { failed: 0 }
  const { run } = StatementSync.prototype
  mock.method(StatementSync.prototype, 'run', function (this: StatementSync, ...values: Parameters<typeof run>) {
    if (this.sourceSQL !== 'COMMIT') return run.apply(this, values)
    commits.failed++
    throw Object.assign(new Error('disk I/O error'), { errcode: SYNC_FAILED })
  })
  return commits
}

async function overwrite(path: string, offset: number, length: number): Promise<void> {
  const file = await open(path, 'r+')
  await file.write(new Uint8Array(length).fill(0xa5), 0, length, offset)
  await file.close()
}
