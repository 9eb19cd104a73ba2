import assert from 'node:assert/strict'
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises'
import { anEvent, COUNT, counter, promise, readAll, rejectsWith, SERVICE, type StoreHarness, TABLES } from './store-harness.testsuite.ts'
import type { StoreTransaction } from '../store.ts'
import type { Sql } from '../sql.ts'

/** S1, S2, S3 and S5: what one transaction is, and how it ends. */
export function testAtomicity(harness: StoreHarness): void {
  promise(harness, 'S1 own tables, events and records of a transaction appear together', async ({ store }) => {
    const commit = await store.transaction(async (tx) => {
      await tx.database.run(COUNT, 'a')
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
        await tx.database.run(COUNT, 'a')
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
      await tx.database.run(COUNT, 'a')
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
      await tx.database.run(COUNT, 'a')
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
          await tx.database.run(COUNT, `k${index}`)
          tx.emit(anEvent(`k${index}`))
          if (index % 3 === 1) throw new Error('no')
          return index
        }),
      ),
    )
    assert.equal(settled.filter(({ status }) => status === 'fulfilled').length, 20)
    const events = await readAll(store.feed, 20)
    assert.ok(events.every(({ key }) => Number(key.slice(1)) % 3 !== 1))
    const [row] = await store.read((tx) => tx.database.all<{ count: number }>('SELECT COUNT(*) AS count FROM counter'))
    assert.equal(row?.count, 20)
  })

  promise(harness, 'S3 a body that throws before its first await is an ordinary failure', async ({ store }) => {
    const failed = store.transaction(() => {
      throw new Error('at once')
    })
    await assert.rejects(failed, /at once/)
    assert.equal((await store.transaction(async () => 7)).value, 7)
  })

  promise(harness, 'S3 a statement that fails dooms its transaction, also when the body catches the error', async ({ store }) => {
    await store.transaction((tx) => tx.database.run("INSERT INTO blob (key, content) VALUES ('taken', '')"))
    const failed = store.transaction(async (tx) => {
      await tx.database.run(COUNT, 'a')
      await tx.database.run("INSERT INTO blob (key, content) VALUES ('taken', '')").catch(() => {})
      return 'went on'
    })
    await assert.rejects(failed)
    assert.equal(await counter(store, 'a'), 0)
  })

  promise(harness, 'S3 what follows a statement that failed is refused with its error', async ({ store }) => {
    await store.transaction((tx) => tx.database.run("INSERT INTO blob (key, content) VALUES ('taken', '')"))
    const errors: unknown[] = []
    const failed = store.transaction(async (tx) => {
      errors.length = 0 // it may run again
      const note = (error: unknown): unknown => errors.push(error)
      await tx.database.run("INSERT INTO blob (key, content) VALUES ('taken', '')").catch(note)
      await tx.database.get("SELECT version FROM counter WHERE key = 'a'").catch(note)
      await tx.database.run(COUNT, 'a')
    })
    await assert.rejects(failed, /unique/i)
    assert.equal(errors.length, 2)
    assert.equal(errors[1], errors[0])
  })

  promise(harness, 'S1 what is written without waiting is seen by the statements behind it and commits with them', async ({ store }) => {
    const seen = await store.transaction(async ({ database: sql }) => {
      for (let count = 0; count < 500; count++) sql.write(COUNT, 'a')
      const row = await sql.get<{ version: number }>("SELECT version FROM counter WHERE key = 'a'")
      sql.write(COUNT, 'a')
      return row?.version
    })
    assert.equal(seen.value, 500)
    assert.equal(await counter(store, 'a'), 501)
  })

  promise(harness, 'S1 work left for before the commit runs when the body has ended, and commits with it', async ({ store }) => {
    const order: string[] = []
    const { value } = await store.transaction(async (tx) => {
      order.length = 0 // it may run again
      tx.beforeCommit(async () => {
        order.push('work', String((await tx.database.get<{ version: number }>("SELECT version FROM counter WHERE key = 'a'"))?.version))
        await tx.database.run(COUNT, 'a')
      })
      tx.afterCommit(() => order.push('callback'))
      tx.database.write(COUNT, 'a')
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
        await tx.database.run(COUNT, 'a')
        tx.beforeCommit(() => tx.database.run(COUNT, 'a'))
      })
    })
    assert.equal(await counter(store, 'a'), 2)
  })

  promise(harness, 'S3 a write that nobody waits for fails its own transaction when it fails, and no other', async ({ store }) => {
    await store.transaction((tx) => tx.database.run("INSERT INTO blob (key, content) VALUES ('taken', '')"))
    const insert = (key: string, rows: number): Promise<unknown> =>
      store.transaction(async ({ database: sql }) => {
        for (let row = 0; row < rows; row++) sql.write(COUNT, key)
        sql.write('INSERT INTO blob (key, content) VALUES (?, ?)', key, '')
        for (let row = 0; row < rows; row++) sql.write(COUNT, key)
      })
    const keys = ['k1', 'taken', 'k2', 'taken', 'k3']
    for (const rows of [1, 300]) {
      await store.transaction(({ database: sql }) => sql.run("DELETE FROM blob WHERE key <> 'taken'"))
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
            await tx.database.run(COUNT, key)
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
        await tx.database.run(COUNT, 'stray')
        await new Promise(() => {})
      })
    })
    const good = store.transaction((tx) => tx.database.run(COUNT, 'good'))
    await rejectsWith(stray, 'misuse', /await/)
    await good
    assert.equal(await counter(store, 'stray'), 0)
    assert.equal(await counter(store, 'good'), 1)
  })

  promise(harness, 'S3 a wrong statement or value is refused as a mistake that names the statement', async ({ store }) => {
    await rejectsWith(
      store.transaction((tx) => tx.database.run('INSERT INTO nowhere (a) VALUES (1)')),
      'misuse',
      /nowhere/,
    )
    assert.equal((await store.transaction(async () => 7)).value, 7)
  })

  promise(harness, 'S3 a body cannot end the transaction itself', async ({ store }) => {
    const failed = store.transaction(async (tx) => {
      await tx.database.run(COUNT, 'a')
      await tx.database.run('COMMIT')
    })
    await rejectsWith(failed, 'misuse')
    assert.equal(await counter(store, 'a'), 0)
  })

  promise(harness, 'S3 a write that is refused dooms its transaction, also when the body catches everything', async ({ store }) => {
    const failed = store.transaction(async (tx) => {
      await tx.database.run(COUNT, 'a')
      try {
        tx.database.write('COMMIT')
      } catch {}
    })
    await rejectsWith(failed, 'misuse')
    assert.equal(await counter(store, 'a'), 0)
  })

  promise(harness, 'S5 a body that awaits anything else is aborted, the others of its turn commit', async ({ store }) => {
    const late: unknown[] = []
    const stray = store.transaction(async (tx) => {
      await tx.database.run(COUNT, 'stray')
      tx.emit(anEvent('stray'))
      await pause(30)
      await tx.database.run(COUNT, 'stray').catch((error: unknown) => late.push(error))
      late.push('went on')
    })
    const good = Array.from({ length: 5 }, (_, index) => store.transaction((tx) => tx.database.run(COUNT, `good${index}`)))
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
        await tx.database.run(COUNT, key)
        await new Promise(() => {})
      })
    const good = (key: string) => store.transaction((tx) => tx.database.run(COUNT, key))
    const outcomes = await Promise.allSettled([stray('s1'), good('g1'), stray('s2'), stray('s3'), good('g2')])
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['rejected', 'fulfilled', 'rejected', 'rejected', 'fulfilled'],
    )
    const rows = await store.read((tx) => tx.database.all('SELECT key FROM counter ORDER BY key'))
    assert.deepEqual(rows, [{ key: 'g1' }, { key: 'g2' }])
  })

  promise(harness, 'S5 waiting for another transaction of the same store is refused instead of hanging', async ({ store }) => {
    const outer = store.transaction(async (tx) => {
      await tx.database.run(COUNT, 'outer')
      await store.transaction((inner) => inner.database.run(COUNT, 'inner'))
    })
    await rejectsWith(outer, 'misuse')
    assert.equal(await counter(store, 'outer'), 0)
  })

  promise(harness, 'S5 a read that awaits anything else is aborted', async ({ store }) => {
    const stray = store.read(async (tx) => {
      await tx.database.all('SELECT key FROM counter')
      await nextTurn()
      await pause(30)
    })
    await rejectsWith(stray, 'misuse', /await/)
    assert.equal(await counter(store, 'a'), 0)
  })

  promise(harness, 'S5 a transaction cannot be used after it is over', async ({ store }) => {
    let kept: StoreTransaction<Sql> | undefined
    await store.transaction(async (tx) => {
      kept = tx
    })
    await rejectsWith((kept as StoreTransaction<Sql>).database.run(COUNT, 'a'), 'misuse')
    assert.throws(() => kept?.emit(anEvent('a')))
    assert.equal(await counter(store, 'a'), 0)
  })

  promise(
    harness,
    'S2 close waits for transactions under way; calls after it fail with `unavailable`',
    async ({ store, place, runtime }) => {
      const pending = Promise.all(Array.from({ length: 10 }, () => store.transaction((tx) => tx.database.run(COUNT, 'a'))))
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
      const again = await place.factory.open({ service: SERVICE, migrations: TABLES, runtime })
      assert.equal(await counter(again, 'a'), 10)
      await again.close()
    },
  )
}
