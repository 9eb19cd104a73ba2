// The simulated store keeps the promises of the store port like any adapter; here its delays are real ones, short and without faults.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRuntime, systemClock } from 'banyan/kernel'
import type { Store } from 'banyan/store'
import { SQLITE_FEATURES } from 'banyan/store/sqlite'
import { testSqlStatements } from 'banyan/store/sql/testsuite'
import { type StoreHarness, testStore } from 'banyan/store/testsuite'
import { Schedule } from './schedule.ts'
import { simulatedDisk } from './simulated-disk.ts'
import type { Weather } from './weather.ts'
import { sqlOf } from 'banyan/store'

const clock = systemClock()
/** Virtual milliseconds pass so much faster than real ones. */
const HASTE = 10

/** Calm weather in real time. */
function realWeather(seed = 1): Weather {
  const schedule = new Schedule({ seed, rates: {}, only: new Set(), now: () => clock.monotonic() })
  return {
    after: (delayMs, _label, run) => void setTimeout(run, delayMs / HASTE),
    strikes: (kind, where) => schedule.strikes(kind, where),
    choose: (kind, where) => schedule.choose(kind, where),
  }
}

const harness: StoreHarness = {
  name: 'simulated',
  declared: { ...SQLITE_FEATURES, adapter: 'simulated' },
  // Its files live in memory and are its own: there is nothing to fill or to damage, and a crash is tested below.
  features: { shared: false, fillDisk: false, damage: false, apart: false, positionsLater: false, migrations: true, crashes: false },
  costs: 'its statements are those of the SQLite adapter, whose own suite counts them',
  async createPlace() {
    const disk = simulatedDisk()
    return {
      factory: disk.stores(realWeather()),
      child: { module: import.meta.url, export: '', argument: undefined },
      [Symbol.asyncDispose]: async () => disk[Symbol.dispose](),
    }
  },
}

testStore(harness)
testSqlStatements(harness)

/** A disk on which time passes only when the test says so. */
function heldDisk(strikes: Weather['strikes'] = () => false) {
  const disk = simulatedDisk()
  const waiting: (() => void)[] = []
  const weather: Weather = { after: (_delayMs, _label, run) => void waiting.push(run), strikes, choose: () => 0.9 }
  const migrations = [{ id: '001', sql: 'CREATE TABLE note (text TEXT NOT NULL)' }]
  return {
    disk,
    open: () => disk.stores(weather).open({ service: 'test', migrations, runtime: createRuntime() }),
    /** Lets everything go on that waits, and everything that begins to wait then, until `work` is done. */
    async through<T>(work: Promise<T>): Promise<T> {
      let isDone = false
      work.finally(() => (isDone = true)).catch(() => {})
      while (!isDone) {
        await new Promise((resolve) => setImmediate(resolve))
        for (const run of waiting.splice(0)) run()
      }
      return work
    },
    async untilWaiting(): Promise<void> {
      while (waiting.length === 0) await new Promise((resolve) => setImmediate(resolve))
    },
    forget: () => void waiting.splice(0),
  }
}

const write = (store: Store) => store.transaction((tx) => sqlOf(tx).run(`INSERT INTO note VALUES ('a')`))
const notes = (store: Store) => store.read((tx) => sqlOf(tx).all('SELECT text FROM note LIMIT 10'))

for (const isKept of [true, false])
  test(`a commit that was under way at a crash is ${isKept ? 'kept' : 'lost'}, and was answered to nobody`, async () => {
    const { disk, open, through, untilWaiting, forget } = heldDisk()
    using _ = disk
    let isAnswered = false
    void write(await open()).then(() => (isAnswered = true))
    await untilWaiting()
    disk.crash(() => isKept)
    forget()
    assert.equal(isAnswered, false)
    assert.equal((await through(notes(await open()))).length, isKept ? 1 : 0)
  })

test('a full disk takes no commit until there is room', async () => {
  let isFilling = true
  const { disk, open, through, untilWaiting, forget } = heldDisk((kind) => kind === 'disk-full' && isFilling)
  using _ = disk
  const held = await open()
  await assert.rejects(through(write(held)), { code: 'storage_full' })
  assert.equal((await through(notes(held))).length, 0)
  void write(held).catch(() => {}) // fills the disk again, and nobody frees it: the process dies
  await untilWaiting()
  disk.crash(() => false)
  forget()
  isFilling = false
  const again = await open()
  await through(write(again))
  assert.equal((await through(notes(again))).length, 1)
})

test('what was answered survives a crash, and a picture brings back what was before', async () => {
  const { disk, open, through } = heldDisk()
  using _ = disk
  const first = await open()
  disk.takePicture()
  await through(write(first))
  disk.crash(() => false)
  const second = await open()
  assert.equal((await through(notes(second))).length, 1)
  await through(second.transaction((tx) => sqlOf(tx).run('CREATE TABLE extra (id INTEGER)')))
  disk.crash(() => false)
  disk.restore()
  const third = await open()
  assert.equal((await through(notes(third))).length, 0)
  await assert.rejects(through(third.read((tx) => sqlOf(tx).all('SELECT id FROM extra'))), /no such table/)
})
