import assert from 'node:assert/strict'
import { AsyncLocalStorage } from 'node:async_hooks'
import type { Store, StoreReader } from '../store.ts'
import { counter, promise, rejectsWith, type StoreHarness } from './store-harness.testsuite.ts'
import { stateOf } from './test-variants.testsuite.ts'

/** S4 and S8: what transactions and reads see of each other. */
export function testIsolation(harness: StoreHarness): void {
  promise(harness, 'S4 no update is lost when many read, add one and write', async ({ store }) => {
    await setCounter(store, 'shared', 0)
    await Promise.all(
      Array.from({ length: 20 }, () =>
        store.transaction(async (tx) => {
          const value = await readCounter(tx, 'shared')
          await stateOf(tx).counters.set('shared', value + 1)
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
          const [left, right] = [await readCounter(tx, 'left'), await readCounter(tx, 'right')]
          if (left + right < 2) return false // one must stay
          await stateOf(tx).counters.set(key, 0)
          return true
        })
      const answers = await Promise.all([leave('left'), leave('right')])
      assert.equal(answers.filter(({ value }) => value).length, 1)
      assert.equal((await counter(store, 'left')) + (await counter(store, 'right')), 1)
    }
  })

  promise(harness, 'S4 no phantom: two that look through the same range and each add to it do not both pass', async ({ store }) => {
    for (let round = 0; round < 5; round++) {
      const enter = (name: string) =>
        store.transaction(async (tx) => {
          const { counters } = stateOf(tx)
          const others = (await counters.from(`room ${round}`)).filter(({ key }) => key.startsWith(`room ${round} `))
          if (others.length > 0) return false // it is taken
          await counters.set(`room ${round} ${name}`, 1)
          return true
        })
      const answers = await Promise.all(['ann', 'bob', 'cid'].map(enter))
      assert.equal(answers.filter(({ value }) => value).length, 1)
    }
  })

  promise(harness, 'S4 a transaction reads its own writes, with the toolkit’s records too', async ({ store }) => {
    await store.transaction(async (tx) => {
      await stateOf(tx).counters.add('a')
      assert.equal(await readCounter(tx, 'a'), 1)
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
          await stateOf(tx).counters.add('x')
          await stateOf(tx).counters.add('y')
        })
      }
    })()
    for (let round = 0; round < 40; round++) {
      const [x, y] = await store.read(async (tx) => [await readCounter(tx, 'x'), await readCounter(tx, 'y')] as const)
      assert.equal(x, y)
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
        for (let look = 0; look < 30; look++) versions.push(await readCounter(snapshot, 'a'))
        return versions
      })
      seen.push(reading) // not awaited: it goes on while this commits
      await stateOf(tx).counters.add('a')
    })
    for (const versions of await Promise.all(seen)) assert.equal(new Set(versions).size, 1, versions.join())
    assert.equal(await counter(store, 'a'), 1)
  })

  promise(harness, 'S8 a read sees everything that was committed before it began', async ({ store }) => {
    for (let round = 1; round <= 10; round++) {
      await store.transaction((tx) => stateOf(tx).counters.add('a'))
      assert.equal(await counter(store, 'a'), round)
    }
  })

  promise(harness, 'S8 a read cannot write, neither to own tables nor to records', async ({ store }) => {
    await rejectsWith(
      store.read((tx) => stateOf(tx).counters.set('a', 1)),
      'misuse',
      /read|snapshot/,
    )
    await rejectsWith(
      store.read(async (tx) => stateOf(tx).counters.addLater('a')),
      'misuse',
    )
    await rejectsWith(
      store.read((tx) => stateOf(tx).counters.add('a')),
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

  promise(harness, 'S8 values come back as they went in: texts, big integers, and what is not there', async ({ store }) => {
    const [key, value] = ['π "quoted" \n ☂', Number.MAX_SAFE_INTEGER]
    const { value: seen } = await store.transaction(async (tx) => {
      await stateOf(tx).counters.set(key, value)
      return stateOf(tx).counters.list()
    })
    assert.deepEqual(seen, [{ key, value }])
    assert.equal(Object.getPrototypeOf(seen[0]), Object.prototype)
    assert.equal((await store.transaction((tx) => stateOf(tx).counters.get('none'))).value, undefined)
  })
}

const setCounter = (store: Store, key: string, value: number): Promise<unknown> =>
  store.transaction((tx) => stateOf(tx).counters.set(key, value))

async function readCounter(tx: StoreReader, key: string): Promise<number> {
  const value = await stateOf(tx).counters.get(key)
  assert.ok(value !== undefined)
  return value
}
