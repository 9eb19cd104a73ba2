import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BanyanError } from '../../kernel/error.ts'
import { audit } from '../suite/audit.testsuite.ts'
import { note } from '../suite/book.testsuite.ts'
import { aSaga, declined, local, remote, SagaWorld, type TestContext } from '../suite/saga-world.testsuite.ts'

const BY = { actor: 'ann', reason: 'the bank is back' }

test('P8: a compensation gets the output of its step and the reason, under a key of its own', async () => {
  await using world = new SagaWorld()
  const seen: unknown[] = []
  const definition = aSaga('order', async (s) => {
    await s.step('reserve', {
      action: async () => ({ hold: 7 }),
      compensation: async ({ output, error, key }) => seen.push({ output, error, key }),
    })
    s.rollback('out of luck', { line: 2 })
  })
  const process = await world.open([definition])
  await process.start(definition, 's1')
  await process.settled('s1')
  assert.deepEqual(seen, [
    { output: { hold: 7 }, error: { code: 'rolled_back', message: 'out of luck', data: { line: 2 } }, key: 's1:reserve:undo' },
  ])
})

test('P16: a compensation has the same key at every attempt, also after a restart', async () => {
  await using world = new SagaWorld()
  const keys: string[] = []
  const definition = aSaga('order', async (s) => {
    await s.step('reserve', {
      action: ({ call }) => call('reserve'),
      compensation: async ({ key }) => {
        keys.push(key)
        if (keys.length < 6) throw new BanyanError('unavailable', 'not now')
      },
    })
    s.rollback('no')
  })
  const first = await world.open([definition])
  await first.start(definition, 's1')
  await world.clock.advance(500)
  assert.ok(keys.length > 0 && keys.length < 6, `${keys.length} attempts`)
  await first.crash()
  const second = await world.open([definition])
  assert.equal((await second.settled('s1')).status, 'compensated')
  assert.deepEqual(
    keys,
    Array.from({ length: 6 }, () => 's1:reserve:undo'),
  )
})

test('P8: an action that answers after the rollback began neither commits nor is overtaken by its compensation', async () => {
  await using world = new SagaWorld()
  const late: unknown[] = []
  const definition = aSaga('order', async (s) => {
    const slow = s.step('slow', {
      action: async ({ call, transaction }) => {
        await call('slow')
        return transaction((tx) => note(tx, 'too late')).catch((error: unknown) => {
          late.push((error as BanyanError).code)
          throw error
        })
      },
      compensation: ({ undo }) => undo('slow'),
    })
    await Promise.all([slow, s.step('fails', remote('fails'))])
  })
  world.participants.script('fails', declined())
  world.participants.script('slow', 'late:2000')
  const process = await world.open([definition])
  await process.start(definition, 's1')
  await process.settled('s1')
  assert.deepEqual(late, ['fenced'])
  await audit(process, 's1', { status: 'compensated', standing: [], book: [] })
  assert.deepEqual(world.participants.requests, ['do s1:slow', 'do s1:fails', 'undo s1:slow'])
})

test('P8: no step starts or is tried again once the rollback began, though the function goes on asking', async () => {
  await using world = new SagaWorld()
  const definition = aSaga('order', async (s) => {
    await s.step('reserve', remote('reserve'))
    const retrying = s.step('retrying', remote('retrying')).then(() => s.step('after', remote('after')))
    try {
      await s.step('fails', remote('fails'))
      s.rollback('no')
    } catch {
      await s.step('another', remote('another'))
    }
    await retrying
  })
  world.participants.script('retrying', ...Array.from({ length: 9 }, () => new BanyanError('unavailable', 'not now')))
  const process = await world.open([definition])
  await process.start(definition, 's1')
  await process.settled('s1')
  await world.clock.advance(120_000)
  const actions = world.participants.requests.filter((request) => request.startsWith('do '))
  assert.deepEqual([...new Set(actions)], ['do s1:reserve', 'do s1:retrying', 'do s1:fails'])
  await audit(process, 's1', { status: 'compensated', standing: [], book: [] })
})

test('P8: a participant that is undone first refuses the action that comes late', async () => {
  await using world = new SagaWorld()
  const definition = aSaga('order', async (s) => s.step('charge', { ...remote('charge'), timeout: '1s', attemptsMax: 1 }))
  world.participants.script('charge', 'late:5000')
  const process = await world.open([definition])
  await process.start(definition, 's1')
  await process.settled('s1')
  await world.clock.advance(10_000)
  await audit(process, 's1', { status: 'compensated', standing: [], book: [] })
})

test('a local compensation runs exactly once, also when the process dies right after it', async () => {
  const definition = aSaga('order', async (s) => {
    await s.step('a', local('a'))
    await s.step('b', local('b', { local: true }))
    s.rollback('no')
  })
  await using calm = new SagaWorld()
  const whole = await calm.open([definition])
  await whole.start(definition, 's1')
  await whole.settled('s1')
  for (let crashAt = 1; crashAt <= whole.points.length; crashAt++) {
    await using world = new SagaWorld()
    const first = await world.open([definition], { crashAt })
    await first.start(definition, 's1')
    await first.settled('s1').catch(() => {})
    await first.crash()
    const second = await world.open([definition])
    await second.settled('s1')
    await audit(second, 's1', { status: 'compensated', standing: [], book: ['a a', 'a:undo a', 'b b', 'b:undo b'] })
  }
})

test('P9: a compensation that fails for good leaves the saga stuck and reported, and nothing else waits for it', async () => {
  await using world = new SagaWorld()
  const definition = aSaga('order', async (s) => {
    await s.step('reserve', remote('reserve'))
    await s.step('charge', remote('charge'))
    s.rollback('no')
  })
  world.participants.script('undo charge', declined('closed_account'))
  const first = await world.open([definition])
  await first.start(definition, 's1')
  await first.settled('s1')
  const { failure, states, saga } = await first.show('s1')
  assert.deepEqual({ ...failure?.stuck, message: '' }, { phase: 'compensating', code: 'closed_account', message: '', step: 'charge' })
  assert.deepEqual(states, { reserve: 'done', charge: 'compensation_failed' })
  assert.equal(failure?.code, 'rolled_back', 'why it rolls back is kept')
  assert.equal(saga.owner, null)
  assert.ok(world.logged.some(({ level, message }) => level === 'error' && message === 'a saga is stuck'))

  await first.start(definition, 's2')
  await first.settled('s2')
  assert.deepEqual(world.participants.requests.slice(-4), ['do s2:reserve', 'do s2:charge', 'undo s2:charge', 'undo s2:reserve'])
})

test('P9: stuck, restarted, healed, retried: it ends compensated, with an audit record', async () => {
  await using world = new SagaWorld()
  const definition = aSaga('order', async (s) => {
    await s.step('reserve', remote('reserve'))
    await s.step('charge', remote('charge'))
    s.rollback('no')
  })
  world.participants.script('undo charge', declined(), declined())
  const first = await world.open([definition])
  await first.start(definition, 's1')
  await first.settled('s1')
  await first.engine.admin.retry('s1', BY)
  assert.equal((await first.settled('s1')).status, 'stuck', 'not healed yet')
  await first.crash()
  const second = await world.open([definition])
  await world.clock.advance(60_000)
  assert.equal((await second.show('s1')).saga.status, 'stuck', 'it waits for a person, not for a restart')
  await second.engine.admin.retry('s1', BY)
  await second.settled('s1')
  await audit(second, 's1', { status: 'compensated', standing: [], book: [] })
  const trail = await second.store.read((tx) => tx.audit.list(10))
  assert.deepEqual(
    trail.map(({ actor, action, subject }) => [actor, action, subject]),
    [
      ['ann', 'saga.retry', 's1'],
      ['ann', 'saga.retry', 's1'],
    ],
  )
})

test('P9: a step settled by hand is skipped, with an audit record, and the others are undone', async () => {
  await using world = new SagaWorld()
  const definition = aSaga('order', async (s) => {
    await s.step('reserve', remote('reserve'))
    await s.step('charge', remote('charge'))
    s.rollback('no')
  })
  world.participants.script('undo charge', declined())
  const process = await world.open([definition])
  await process.start(definition, 's1')
  await process.settled('s1')
  await assert.rejects(process.engine.admin.skip('s1', 'nothing', BY), { code: 'not_found' })
  await process.engine.admin.skip('s1', 'charge', BY)
  await process.settled('s1')
  assert.deepEqual((await process.show('s1')).states, { reserve: 'compensated', charge: 'skipped' })
  await assert.rejects(process.engine.admin.skip('s1', 'charge', BY), { code: 'failed_precondition' })
  const trail = await process.store.read((tx) => tx.audit.list(10))
  assert.deepEqual(
    trail.map(({ action, subject, actor, reason }) => ({ action, subject, actor, reason })),
    [{ action: 'saga.skip charge', subject: 's1', ...BY }],
  )
})

test('a compensation may give up and let the others go on; that is reported', async () => {
  await using world = new SagaWorld()
  const definition = aSaga('order', async (s) => {
    await s.step('reserve', remote('reserve'))
    await s.step('notify', { ...remote('notify'), onCompensationFail: 'continue' as const })
    s.rollback('no')
  })
  world.participants.script('undo notify', declined())
  const process = await world.open([definition])
  await process.start(definition, 's1')
  assert.equal((await process.settled('s1')).status, 'compensated')
  assert.deepEqual((await process.show('s1')).states, { reserve: 'compensated', notify: 'compensation_failed' })
  assert.ok(world.logged.some(({ message }) => message === 'a compensation failed for good'))
})

test('a compensation that never gets through is given to a person in the end', async () => {
  await using world = new SagaWorld()
  const definition = aSaga('order', async (s) => {
    await s.step('reserve', remote('reserve'))
    s.rollback('no')
  })
  world.participants.script('undo reserve', ...Array.from({ length: 40 }, () => new BanyanError('unavailable', 'gone')))
  const process = await world.open([definition])
  await process.start(definition, 's1')
  for (let waited = 0; waited < 25; waited++) {
    world.clock.jump(300_000)
    await world.clock.advance(1_000)
  }
  assert.equal((await process.settled('s1')).status, 'stuck')
  assert.equal((await process.show('s1')).steps[0]?.compensationAttempts, 20)
})

test('what made a step fail is kept for operators with its place, and compensations get its code only', async () => {
  await using world = new SagaWorld()
  const heard: unknown[] = []
  const definition = aSaga('order', async (s) => {
    await s.step('reserve', { ...remote('reserve'), compensation: async ({ error }) => heard.push(error) })
    await s.step('write', {
      attemptsMax: 1,
      action: async () => {
        throw new Error('the disk of the printer is full')
      },
    })
  })
  const process = await world.open([definition])
  await process.start(definition, 's1')
  const { status, failure } = await process.settled('s1')
  assert.equal(status, 'compensated')
  assert.match(failure as string, /"internal".*Error: the disk of the printer is full\\n/)
  assert.doesNotMatch(JSON.stringify(heard), /printer/)
})

test('a rollback asked for from outside is honoured between two steps', async () => {
  await using world = new SagaWorld()
  const open = world.participants.hold('reserve')
  const definition = aSaga('order', async (s) => {
    await s.step('reserve', remote('reserve'))
    await s.step('charge', remote('charge'))
  })
  const process = await world.open([definition])
  await process.start(definition, 's1')
  await world.clock.advance(10)
  assert.equal(await process.requestRollback('s1', 'customer changed mind'), true)
  await world.clock.advance(10)
  open()
  const { failure } = await process.settled('s1')
  assert.deepEqual(JSON.parse(failure as string), { code: 'cancelled', message: 'customer changed mind' })
  assert.deepEqual(world.participants.requests, ['do s1:reserve', 'undo s1:reserve'])
  assert.equal(await process.requestRollback('s1'), false, 'it is over')
  assert.equal(await process.requestRollback('nobody'), false)
})

test('a local step does not commit once a rollback was accepted', async () => {
  await using world = new SagaWorld()
  let asked: boolean | undefined
  const definition = aSaga('order', async (s) => {
    await s.step('reserve', remote('reserve'))
    await s.step('book', {
      local: true,
      action: async ({ transaction }: TestContext) => {
        asked ??= await process.requestRollback('s1')
        return transaction((tx) => note(tx, 'booked'))
      },
    })
  })
  const process = await world.open([definition])
  await process.start(definition, 's1')
  await process.settled('s1')
  assert.equal(asked, true)
  await audit(process, 's1', { status: 'compensated', standing: [], book: [] })
})

test('P8: a step that failed after one of its own checkpoints committed is undone, whatever its last error says', async () => {
  await using world = new SagaWorld()
  let undone = 0
  const definition = aSaga('order', async (s) => {
    await s.step('authorize', {
      attemptsMax: 2,
      action: async ({ checkpoint, key }: TestContext) => {
        if (attempts++ === 0) await checkpoint((tx) => note(tx, `${key} began`))
        throw new BanyanError('storage_full', 'the disk is full; nothing was changed')
      },
      compensation: async () => undone++,
    })
  })
  let attempts = 0
  const process = await world.open([definition])
  await process.start(definition, 's1')
  assert.equal((await process.settled('s1')).status, 'compensated')
  assert.deepEqual([attempts, undone], [2, 1])
})

test('a rollback request whose transaction is lost together with a journal write that saw it is not heeded', async () => {
  await using world = new SagaWorld()
  let lost = 0
  const definition = aSaga('order', async (s) => {
    await s.step('reserve', {
      ...remote('reserve'),
      action: async ({ call }) => {
        const { store } = process
        const transaction = store.transaction.bind(store)
        store.transaction = (body) => {
          store.transaction = transaction
          return transaction(async (tx) => {
            await process.engine.requestRollback(tx, 's1', 'never durable')
            const works: (() => Promise<unknown>)[] = []
            tx.beforeCommit = (work) => void works.push(work)
            await body(tx)
            await assert.rejects(Promise.all(works.map((work) => work())), { code: 'cancelled' })
            lost++
            throw new BanyanError('storage_full', 'the commit that both shared failed')
          })
        }
        return call('reserve')
      },
    })
    await s.step('charge', remote('charge'))
  })
  const process = await world.open([definition])
  await process.start(definition, 's1')
  assert.equal((await process.settled('s1')).status, 'completed')
  assert.equal(lost, 1)
})
