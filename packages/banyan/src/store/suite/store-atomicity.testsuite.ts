import assert from 'node:assert/strict'
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises'
import { anEvent, counter, promise, readAll, rejectsWith, type StoreHarness } from './store-harness.testsuite.ts'
import type { StoreTransaction } from '../store.ts'
import { stateOf } from './test-variants.testsuite.ts'

/** S1, S2, S3 and S5: what one transaction is, and how it ends. */
export function testAtomicity(harness: StoreHarness): void {
  promise(harness, 'S1 own tables, events and records of a transaction appear together', async ({ store }) => {
    const commit = await store.transaction(async (tx) => {
      await stateOf(tx).counters.add('a')
      await tx.timers.schedule({ id: 't', name: 'remind', dueAt: 5, data: '{}', attempts: 0, correlationId: 'flow' })
      await tx.audit.append({ at: 1, actor: 'ann', action: 'skip', subject: 'e', reason: 'r' })
      tx.emit(anEvent('a', { n: 1 }))
      return 'done'
    })
    assert.equal(commit.value, 'done')
    const seen = await store.read(async (tx) => ({ timers: await tx.timers.due(5, 10), audit: await tx.audit.list(10) }))
    assert.equal(seen.timers.length, 1)
    assert.equal(seen.audit.length, 1)
    assert.equal(await counter(store, 'a'), 1)
    assert.equal((await readAll(store.feed, 1))[0]?.data, '{"n":1}')
  })

  promise(harness, 'S1 a transaction that returns nothing and writes nothing commits without a token', async ({ store }) => {
    assert.deepEqual(await store.transaction(async () => {}), { value: undefined, token: undefined })
  })

  promise(
    harness,
    'S2 what a transaction wrote is there once it resolved, also after closing and opening again',
    async ({ store, open }) => {
      await store.transaction(async (tx) => {
        await stateOf(tx).counters.add('a')
        tx.emit(anEvent('a'))
      })
      assert.equal(await counter(store, 'a'), 1)
      await store.close()
      const again = await open()
      assert.equal(await counter(again, 'a'), 1)
      await readAll(again.feed, 1)
    },
  )

  promise(harness, 'S2 callbacks run once after the commit, in order, and never when it fails', async ({ store }) => {
    const calls: string[] = []
    const good = store.transaction(async (tx) => {
      tx.afterCommit(() => calls.push('first'))
      tx.afterCommit(() => calls.push('second'))
      await stateOf(tx).counters.add('a')
      assert.deepEqual(calls, [])
    })
    const bad = store.transaction(async (tx) => {
      tx.afterCommit(() => calls.push('never'))
      throw new Error('no')
    })
    await Promise.allSettled([good, bad])
    assert.deepEqual(calls, ['first', 'second'])
  })

  promise(harness, 'S2 a callback that throws harms neither the commit nor other callbacks', async ({ store }) => {
    const calls: string[] = []
    const { value } = await store.transaction(async (tx) => {
      tx.afterCommit(() => {
        throw new Error('callback')
      })
      tx.afterCommit(() => calls.push('second'))
      return 1
    })
    assert.equal(value, 1)
    assert.deepEqual(calls, ['second'])
  })

  promise(harness, 'S3 a body that throws leaves nothing behind and its caller gets its error', async ({ store }) => {
    const error = new Error('my own')
    const failed = store.transaction(async (tx) => {
      await stateOf(tx).counters.add('a')
      await tx.idempotency.save({ scope: 's', key: 'k', fingerprint: 'f', state: 'succeeded', reply: '1', permits: null, expiresAt: 9e15 })
      tx.emit(anEvent('a'))
      throw error
    })
    await assert.rejects(failed, (caught) => caught === error)
    assert.equal(await counter(store, 'a'), 0)
    assert.equal(await store.read((tx) => tx.idempotency.find('s', 'k')), undefined)
    assert.equal(await store.feed.head(), 0)
  })

  promise(harness, 'S3 bodies that throw do not disturb those that commit with them', async ({ store }) => {
    const settled = await Promise.allSettled(
      Array.from({ length: 30 }, (_, index) =>
        store.transaction(async (tx) => {
          await stateOf(tx).counters.add(`k${index}`)
          tx.emit(anEvent(`k${index}`))
          if (index % 3 === 1) throw new Error('no')
          return index
        }),
      ),
    )
    assert.equal(settled.filter(({ status }) => status === 'fulfilled').length, 20)
    const events = await readAll(store.feed, 20)
    assert.ok(events.every(({ key }) => Number(key.slice(1)) % 3 !== 1))
    assert.equal((await store.read((tx) => stateOf(tx).counters.list())).length, 20)
  })

  promise(harness, 'S3 a body that throws before its first await is an ordinary failure', async ({ store }) => {
    const failed = store.transaction(() => {
      throw new Error('at once')
    })
    await assert.rejects(failed, /at once/)
    assert.equal((await store.transaction(async () => 7)).value, 7)
  })

  promise(harness, 'S3 a statement that fails dooms its transaction, also when the body catches the error', async ({ store }) => {
    await store.transaction((tx) => stateOf(tx).blobs.put('taken', ''))
    const failed = store.transaction(async (tx) => {
      await stateOf(tx).counters.add('a')
      await stateOf(tx)
        .blobs.put('taken', '')
        .catch(() => {})
      return 'went on'
    })
    await assert.rejects(failed)
    assert.equal(await counter(store, 'a'), 0)
  })

  promise(harness, 'S3 what follows a statement that failed is refused with its error', async ({ store }) => {
    await store.transaction((tx) => stateOf(tx).blobs.put('taken', ''))
    const errors: unknown[] = []
    const failed = store.transaction(async (tx) => {
      errors.length = 0 // it may run again
      const note = (error: unknown): unknown => errors.push(error)
      await stateOf(tx).blobs.put('taken', '').catch(note)
      await stateOf(tx).counters.get('a').catch(note)
      await stateOf(tx).counters.add('a')
    })
    await assert.rejects(failed, /unique/i)
    assert.equal(errors.length, 2)
    assert.equal(errors[1], errors[0])
  })

  promise(harness, 'S1 what is written without waiting is seen by the statements behind it and commits with them', async ({ store }) => {
    const seen = await store.transaction(async (tx) => {
      const { counters } = stateOf(tx)
      for (let count = 0; count < 500; count++) counters.addLater('a')
      const value = await counters.get('a')
      counters.addLater('a')
      return value
    })
    assert.equal(seen.value, 500)
    assert.equal(await counter(store, 'a'), 501)
  })

  promise(harness, 'S1 work left for before the commit runs when the body has ended, and commits with it', async ({ store }) => {
    const order: string[] = []
    const { value } = await store.transaction(async (tx) => {
      order.length = 0 // it may run again
      tx.beforeCommit(async () => {
        order.push('work', String(await stateOf(tx).counters.get('a')))
        await stateOf(tx).counters.add('a')
      })
      tx.afterCommit(() => order.push('callback'))
      stateOf(tx).counters.addLater('a')
      order.push('body')
      return 'value'
    })
    assert.equal(value, 'value')
    assert.deepEqual(order, ['body', 'work', '1', 'callback'])
    assert.equal(await counter(store, 'a'), 2)
  })

  promise(harness, 'S1 work that a work leaves for before the commit runs as well', async ({ store }) => {
    await store.transaction(async (tx) => {
      tx.beforeCommit(async () => {
        await stateOf(tx).counters.add('a')
        tx.beforeCommit(() => stateOf(tx).counters.add('a'))
      })
    })
    assert.equal(await counter(store, 'a'), 2)
  })

  promise(harness, 'S3 a write that nobody waits for fails its own transaction when it fails, and no other', async ({ store }) => {
    await store.transaction((tx) => stateOf(tx).blobs.put('taken', ''))
    const insert = (key: string, rows: number): Promise<unknown> =>
      store.transaction(async (tx) => {
        const { counters, blobs } = stateOf(tx)
        for (let row = 0; row < rows; row++) counters.addLater(key)
        blobs.putLater(key, '')
        for (let row = 0; row < rows; row++) counters.addLater(key)
      })
    const keys = ['k1', 'taken', 'k2', 'taken', 'k3']
    for (const rows of [1, 300]) {
      await store.transaction(async (tx) => {
        for (const key of keys) if (key !== 'taken') await stateOf(tx).blobs.remove(key)
      })
      const outcomes = await Promise.allSettled(keys.map((key) => insert(key, rows)))
      assert.deepEqual(
        outcomes.map(({ status }) => status),
        ['fulfilled', 'rejected', 'fulfilled', 'rejected', 'fulfilled'],
      )
      for (const outcome of outcomes)
        if (outcome.status === 'rejected') assert.match((outcome.reason as Error).message, /unique/i, 'it is told what was wrong')
    }
    assert.equal(await counter(store, 'taken'), 0)
    assert.equal(await counter(store, 'k3'), 602)
  })

  promise(
    harness,
    'S3 work left for before the commit that throws fails its own transaction with its error, and no other',
    async ({ store }) => {
      const error = new Error('came too late')
      const transaction = (key: string, fails: boolean): Promise<unknown> =>
        store.transaction(async (tx) => {
          tx.emit(anEvent(key))
          tx.afterCommit(() => assert.ok(!fails))
          tx.beforeCommit(async () => {
            await stateOf(tx).counters.add(key)
            if (fails) throw error
          })
        })
      const outcomes = await Promise.allSettled(Array.from({ length: 12 }, (_, index) => transaction(`k${index}`, index % 4 === 2)))
      const reasons = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []))
      assert.deepEqual(reasons, [error, error, error])
      const events = await readAll(store.feed, 9)
      assert.ok(events.every(({ key }) => Number(key.slice(1)) % 4 !== 2))
      assert.equal(await counter(store, 'k2'), 0)
      assert.equal(await counter(store, 'k3'), 1)
    },
  )

  promise(harness, 'S5 work left for before the commit that awaits anything else is aborted, the others commit', async ({ store }) => {
    const stray = store.transaction(async (tx) => {
      tx.beforeCommit(async () => {
        await stateOf(tx).counters.add('stray')
        await new Promise(() => {})
      })
    })
    const good = store.transaction((tx) => stateOf(tx).counters.add('good'))
    await rejectsWith(stray, 'misuse', /await/)
    await good
    assert.equal(await counter(store, 'stray'), 0)
    assert.equal(await counter(store, 'good'), 1)
  })

  promise(harness, 'S5 a body that awaits anything else is aborted, the others of its turn commit', async ({ store }) => {
    const late: unknown[] = []
    const stray = store.transaction(async (tx) => {
      await stateOf(tx).counters.add('stray')
      tx.emit(anEvent('stray'))
      await pause(30)
      await stateOf(tx)
        .counters.add('stray')
        .catch((error: unknown) => late.push(error))
      late.push('went on')
    })
    const good = Array.from({ length: 5 }, (_, index) => store.transaction((tx) => stateOf(tx).counters.add(`good${index}`)))
    await rejectsWith(stray, 'misuse', /await/)
    await Promise.all(good)
    while (late.length < 2) await pause(5)
    assert.equal((late[0] as { code?: string }).code, 'misuse', 'what goes on after the abort is refused')
    assert.equal(await counter(store, 'stray'), 0)
    assert.equal(await counter(store, 'good4'), 1)
    assert.equal(await store.feed.head(), 0)
  })

  promise(harness, 'S5 several strays at once are each aborted, those between them commit', async ({ store }) => {
    const stray = (key: string) =>
      store.transaction(async (tx) => {
        await stateOf(tx).counters.add(key)
        await new Promise(() => {})
      })
    const good = (key: string) => store.transaction((tx) => stateOf(tx).counters.add(key))
    const outcomes = await Promise.allSettled([stray('s1'), good('g1'), stray('s2'), stray('s3'), good('g2')])
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['rejected', 'fulfilled', 'rejected', 'rejected', 'fulfilled'],
    )
    const rows = await store.read((tx) => stateOf(tx).counters.list())
    assert.deepEqual(
      rows.map(({ key }) => key),
      ['g1', 'g2'],
    )
  })

  promise(harness, 'S5 waiting for another transaction of the same store is refused instead of hanging', async ({ store }) => {
    const outer = store.transaction(async (tx) => {
      await stateOf(tx).counters.add('outer')
      await store.transaction((inner) => stateOf(inner).counters.add('inner'))
    })
    await rejectsWith(outer, 'misuse')
    assert.equal(await counter(store, 'outer'), 0)
  })

  promise(harness, 'S5 a read that awaits anything else is aborted', async ({ store }) => {
    const stray = store.read(async (tx) => {
      await stateOf(tx).counters.list()
      await nextTurn()
      await pause(30)
    })
    await rejectsWith(stray, 'misuse', /await/)
    assert.equal(await counter(store, 'a'), 0)
  })

  promise(harness, 'S5 a transaction cannot be used after it is over', async ({ store }) => {
    let kept: StoreTransaction | undefined
    await store.transaction(async (tx) => {
      kept = tx
    })
    await rejectsWith(stateOf(kept as StoreTransaction).counters.add('a'), 'misuse')
    assert.throws(() => kept?.emit(anEvent('a')))
    assert.equal(await counter(store, 'a'), 0)
  })

  promise(harness, 'S2 close waits for transactions under way; calls after it fail with `unavailable`', async ({ store, open }) => {
    const pending = Promise.all(Array.from({ length: 10 }, () => store.transaction((tx) => stateOf(tx).counters.add('a'))))
    const closing = store.close()
    await pending
    await closing
    await rejectsWith(
      store.transaction(async () => 1),
      'unavailable',
      /closed/,
    )
    await rejectsWith(
      store.read(async () => 1),
      'unavailable',
    )
    await rejectsWith(store.feed.read(0, 1), 'unavailable')
    await rejectsWith(store.ping(), 'unavailable')
    assert.equal(await counter(await open(), 'a'), 10)
  })
}
