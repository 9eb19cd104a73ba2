import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clientFactory } from '../../call/client.ts'
import { command, contract, Type } from '../../contract/index.ts'
import { BanyanError } from '../../kernel/error.ts'
import { deadlineAfter, remainingMs } from '../../kernel/deadline.ts'
import { audit } from '../suite/audit.testsuite.ts'
import { note } from '../suite/book.testsuite.ts'
import { aSaga, declined, local, remote, SagaWorld, type TestContext } from '../suite/saga-world.testsuite.ts'

const unavailable = () => new BanyanError('unavailable', 'not now')

test('an attempt carries the step key, the flow of the saga and a deadline, the same over all attempts', async () => {
  await using world = new SagaWorld()
  const seen: unknown[] = []
  const definition = aSaga('order', async (s) => {
    await s.step('reserve', {
      timeout: '2s',
      action: async ({ key, scope, call }) => {
        const { correlationId, causationId, callKey, principal } = scope
        seen.push({
          key,
          correlationId,
          causationId,
          callKey,
          subject: principal.subject,
          leftMs: remainingMs(world.clock, scope.deadline),
        })
        return call('reserve')
      },
    })
  })
  world.participants.script('reserve', unavailable())
  const process = await world.open([definition])
  await process.start(definition, 's1')
  await process.settled('s1')
  const expected = {
    key: 's1:reserve',
    correlationId: 'flow-s1',
    causationId: 'saga:s1:reserve',
    callKey: 's1:reserve',
    subject: 'test',
    leftMs: 2_000,
  }
  assert.deepEqual(seen, [expected, expected])
})

test('a call in a step carries the step key when it names none', async () => {
  await using world = new SagaWorld()
  const stock = contract('stock', {
    operations: { take: command('POST /api/stock', { input: Type.Object({}), output: Type.Object({}), access: 'internal' }) },
  })
  const keys: unknown[] = []
  const transport = {
    send: async ({ scope }: { scope: { key?: string | undefined; callKey?: string | undefined } }) => (
      keys.push(scope.key, scope.callKey),
      { output: {} }
    ),
  }
  const clients = clientFactory({ caller: 'test', uses: [stock], transport, clock: world.clock })
  const definition = aSaga('order', async (s) => {
    await s.step('take', { action: ({ scope }) => clients(scope).stock.take({}) })
    await s.step('own', { action: ({ scope }) => clients(scope).stock.take({}, { key: 'mine' }) })
  })
  const process = await world.open([definition])
  await process.start(definition, 's1')
  assert.equal((await process.settled('s1')).status, 'completed')
  assert.deepEqual(keys, ['service:test:s1:take', undefined, 'service:test:mine', undefined])
})

test('a step that says it is local cannot call anybody', async () => {
  await using world = new SagaWorld()
  const stock = contract('stock', {
    operations: { take: command('POST /api/stock', { input: Type.Object({}), output: Type.Object({}), access: 'internal' }) },
  })
  const clients = clientFactory({ caller: 'test', uses: [stock], transport: { send: () => assert.fail('sent') }, clock: world.clock })
  const definition = aSaga('order', async (s) => {
    await s.step('take', { local: true, action: ({ scope }) => clients(scope).stock.take({}) })
  })
  const process = await world.open([definition])
  await process.start(definition, 's1')
  const { failure } = await process.settled('s1')
  assert.match(failure as string, /misuse.*local step \\"take\\"/)
})

test('an error that may pass is tried again with growing pauses, and the count survives a restart', async () => {
  await using world = new SagaWorld()
  const definition = aSaga('order', async (s) => s.step('reserve', remote('reserve')))
  world.participants.script('reserve', unavailable(), unavailable(), unavailable(), unavailable())
  const first = await world.open([definition])
  await first.start(definition, 's1')
  await world.clock.advance(1_000)
  const before = (await first.show('s1')).steps[0]
  assert.ok((before?.attempts ?? 0) >= 2)
  await first.crash()
  const second = await world.open([definition])
  assert.equal((await second.settled('s1')).status, 'completed')
  assert.equal(world.participants.requests.length, 5)
  assert.equal((await second.show('s1')).steps[0]?.attempts, 5)
})

test('a pause asked for by the participant is kept', async () => {
  await using world = new SagaWorld()
  const definition = aSaga('order', async (s) => s.step('reserve', remote('reserve')))
  world.participants.script('reserve', new BanyanError('rate_limited', 'slow down', { retryAfterMs: 30_000 }))
  const process = await world.open([definition])
  await process.start(definition, 's1')
  await world.clock.advance(29_000)
  assert.equal(world.participants.requests.length, 1)
  await world.clock.advance(2_000)
  assert.equal((await process.show('s1')).saga.status, 'completed')
})

test('a step fails with its last error when its attempts are used up; what surely did not happen is not undone', async () => {
  await using world = new SagaWorld()
  const definition = aSaga('order', async (s) => {
    await s.step('reserve', remote('reserve'))
    await s.step('charge', { ...remote('charge'), attemptsMax: 3 })
  })
  world.participants.script('charge', unavailable(), unavailable(), unavailable())
  const process = await world.open([definition])
  await process.start(definition, 's1')
  const { failure } = await process.settled('s1')
  assert.match(failure as string, /"code":"unavailable"/)
  assert.deepEqual((await process.show('s1')).states, { reserve: 'compensated', charge: 'failed' })
  assert.deepEqual(world.participants.requests, ['do s1:reserve', 'do s1:charge', 'do s1:charge', 'do s1:charge', 'undo s1:reserve'])
})

test('an outcome that stays unknown is undone, without an output', async () => {
  await using world = new SagaWorld()
  const seen: unknown[] = []
  const definition = aSaga('order', async (s) => {
    await s.step('charge', {
      attemptsMax: 2,
      timeout: '1s',
      action: ({ call }: TestContext) => call('charge'),
      compensation: async ({ undo, output, error }) => {
        seen.push(output, error.code)
        await undo('charge')
      },
    })
  })
  world.participants.script('charge', 'lost', 'unsent')
  const process = await world.open([definition])
  await process.start(definition, 's1')
  await process.settled('s1')
  assert.deepEqual(seen, [undefined, 'deadline_exceeded'])
  await audit(process, 's1', { status: 'compensated', standing: [], book: [] })
})

test('a no after an attempt without an answer is undone all the same: the first may have happened', async () => {
  await using world = new SagaWorld()
  const definition = aSaga('order', async (s) => s.step('charge', { ...remote('charge'), timeout: '1s' }))
  world.participants.script('charge', 'lost', declined())
  const process = await world.open([definition])
  await process.start(definition, 's1')
  await process.settled('s1')
  await audit(process, 's1', { status: 'compensated', standing: [], book: [] })
})

test('a step with one attempt is never sent twice, not even after a crash in the middle of it', async () => {
  await using world = new SagaWorld()
  const definition = aSaga('order', async (s) => s.step('charge', { ...remote('charge'), attemptsMax: 1 }))
  world.participants.script('charge', 'lost')
  const first = await world.open([definition])
  await first.start(definition, 's1')
  await world.clock.advance(10)
  await first.crash()
  const second = await world.open([definition])
  const { failure } = await second.settled('s1')
  assert.match(failure as string, /"code":"outcome_unknown"/)
  assert.deepEqual(world.participants.requests, ['do s1:charge', 'undo s1:charge'])
})

test('a transaction of an attempt that timed out cannot commit over its successor', async () => {
  await using world = new SagaWorld()
  let attempts = 0
  const late: unknown[] = []
  const definition = aSaga('order', async (s) =>
    s.step('book', {
      timeout: '1s',
      action: async ({ transaction }) => {
        if (++attempts > 1) return transaction((tx) => note(tx, 'second'))
        await new Promise<void>((resolve) => world.clock.setTimer(5_000, resolve))
        return transaction((tx) => note(tx, 'late')).catch((error: unknown) => late.push((error as BanyanError).code))
      },
    }),
  )
  const process = await world.open([definition])
  await process.start(definition, 's1')
  const saga = await process.settled('s1')
  await world.clock.advance(10_000)
  assert.equal(saga.output, '"second"')
  assert.deepEqual(late, ['fenced'])
  assert.deepEqual(await process.book(), ['second'])
})

test('a late transaction cannot commit either while the saga stays in memory for another step', async () => {
  await using world = new SagaWorld()
  let attempts = 0
  const late: unknown[] = []
  const definition = aSaga('order', async (s) => {
    const book = s.step('book', {
      timeout: '1s',
      action: async ({ transaction }) => {
        if (++attempts > 1) return transaction((tx) => note(tx, 'second'))
        await new Promise<void>((resolve) => world.clock.setTimer(1_100, resolve))
        return transaction((tx) => note(tx, 'late')).catch((error: unknown) => late.push((error as BanyanError).code))
      },
    })
    await Promise.all([book, s.step('busy', { action: () => new Promise<void>((resolve) => world.clock.setTimer(5_000, resolve)) })])
  })
  const process = await world.open([definition])
  await process.start(definition, 's1')
  await process.settled('s1')
  assert.deepEqual(late, ['fenced'])
  assert.deepEqual(await process.book(), ['second'])
})

test('an action that fails after its transaction committed has succeeded', async () => {
  await using world = new SagaWorld()
  const definition = aSaga('order', async (s) =>
    s.step('book', {
      action: async ({ transaction }) => {
        await transaction((tx) => note(tx, 'booked'))
        throw new Error('stumbled on the way out')
      },
    }),
  )
  const process = await world.open([definition])
  await process.start(definition, 's1')
  const saga = await process.settled('s1')
  assert.equal(saga.status, 'completed')
  assert.equal(saga.output, '"booked"')
})

test('a transaction that fails leaves nothing, and the step is tried again', async () => {
  await using world = new SagaWorld()
  let attempts = 0
  const definition = aSaga('order', async (s) =>
    s.step('book', {
      local: true,
      action: ({ transaction }) =>
        transaction(async (tx) => {
          await note(tx, 'booked')
          if (++attempts === 1) throw unavailable()
          return 'ok'
        }),
    }),
  )
  const process = await world.open([definition])
  await process.start(definition, 's1')
  assert.equal((await process.settled('s1')).output, '"ok"')
  assert.deepEqual(await process.book(), ['booked'])
})

test('what a step returns is the same, live and from the journal', async () => {
  await using world = new SagaWorld()
  const seen: unknown[] = []
  const definition = aSaga('order', async (s) => {
    const value = await s.step('make', { action: async () => ({ at: 0, gone: undefined, list: [1] }) })
    const nothing = await s.step('nothing', { action: async () => undefined })
    seen.push(value, nothing)
    await s.sleep('a while', '1m')
  })
  const process = await world.open([definition])
  await process.start(definition, 's1')
  await process.settled('s1')
  const expected = [{ at: 0, list: [1] }, undefined]
  assert.deepEqual(seen, [...expected, ...expected])
})

test('P7: an output that its journal would change is a mistake, named with its field: what was done stands, and a person may undo it', async () => {
  for (const [output, what] of UNPLAIN) {
    await using world = new SagaWorld()
    const definition = aSaga('order', async (s) =>
      s.step('charge', {
        action: async ({ call }) => {
          await call('charge')
          return { nested: [output] }
        },
        compensation: ({ undo }) => undo('charge'),
      }),
    )
    const process = await world.open([definition])
    await process.start(definition, 's1')
    const { status, failure } = await process.settled('s1')
    assert.equal(status, 'stuck')
    assert.ok(failure?.includes(`at /nested/0 is ${what}, which JSON cannot carry`), String(failure))
    await process.engine.admin.rollback('s1', { actor: 'ann', reason: 'the customer asks' })
    await process.settled('s1')
    await audit(process, 's1', { status: 'compensated', standing: [], book: [] })
  }
})

/** What a journal would change without a word, and what it is called. */
const UNPLAIN: readonly (readonly [unknown, string])[] = [
  [10n, 'a bigint'],
  [new Date(0), 'a Date'],
  [new Map([[1, 2]]), 'a Map'],
  [new Set([1]), 'a Set'],
  [Number.NaN, 'NaN'],
  [undefined, 'undefined'],
  [() => 1, 'a function'],
]

test('a compensation may return what it likes: nobody keeps it', async () => {
  await using world = new SagaWorld()
  const definition = aSaga('order', async (s) => {
    await s.step('charge', {
      action: ({ call }) => call('charge'),
      compensation: async ({ undo }) => ({ at: new Date(0), undone: await undo('charge') }),
    })
    s.rollback('no reason')
  })
  const process = await world.open([definition])
  await process.start(definition, 's1')
  await process.settled('s1')
  await audit(process, 's1', { status: 'compensated', standing: [], book: [] })
})

test('a saga with a schema is started with what that declares, and with nothing that does not fit', async () => {
  await using world = new SagaWorld()
  const seen: unknown[] = []
  const watch = async (_s: unknown, input: unknown): Promise<null> => {
    seen.push(input)
    return null
  }
  const definition = aSaga('order', watch, { input: Type.Object({ sku: Type.String() }) })
  const process = await world.open([definition])
  await process.start(definition, 's1', { sku: 'a', admin: true })
  const { input } = await process.settled('s1')
  assert.deepEqual([seen, input], [[{ sku: 'a' }], '{"sku":"a"}'])
  await assert.rejects(process.start(definition, 's2', { sku: 1 }), (error: BanyanError) => {
    assert.deepEqual([error.code, (error.cause as BanyanError).fields?.[0]?.path], ['internal', '/sku'])
    return true
  })
})

test('what a saga is started with, and what a signal carries, is refused where JSON would change it', async () => {
  await using world = new SagaWorld()
  const definition = aSaga('order', async () => null)
  const process = await world.open([definition])
  await assert.rejects(process.start(definition, 's1', { at: new Date(0) }), /the input of saga "order" at \/at is a Date/)
  await assert.rejects(process.signal('s1', 'go', { data: new Map() }), /the data of signal "go" is a Map/)
})

test('steps side by side share commits, and one that fails waits for the others before anything is undone', async () => {
  await using world = new SagaWorld()
  const definition = aSaga('order', async (s) => {
    await Promise.all([s.step('a', remote('a')), s.step('b', remote('b')), s.step('c', remote('c'))])
  })
  world.participants.script('a', declined())
  world.participants.script('b', 'late:3000')
  const process = await world.open([definition])
  await process.start(definition, 's1')
  assert.equal((await process.settled('s1')).status, 'compensated')
  assert.deepEqual(world.participants.requests, ['do s1:a', 'do s1:b', 'do s1:c', 'undo s1:c', 'undo s1:b'])
  const journal = process.points.filter((point) => point.endsWith('before-journal'))
  assert.equal(process.points.indexOf('saga.test.order.before-action'), 2, 'one write for three starts')
  assert.ok(journal.length <= 5)
})

test('done and the next start go into one transaction: one commit a step', async () => {
  await using world = new SagaWorld()
  const definition = aSaga('order', async (s) => {
    for (const name of ['a', 'b', 'c', 'd']) await s.step(name, remote(name))
    await s.commit()
    await s.step('e', local('e', { local: true }))
    await s.step('f', remote('f'))
  })
  const process = await world.open([definition])
  await process.start(definition, 's1')
  await process.settled('s1')
  const commits = process.points.filter((point) => point.endsWith('before-journal')).length
  assert.equal(commits, 6, 'a, b, c, d, f and the end; e carries the commit point in its own transaction')
})

test('a saga started twice runs once, and a start that does not commit starts nothing', async () => {
  await using world = new SagaWorld()
  const definition = aSaga('order', async (s) => s.step('reserve', remote('reserve')))
  const process = await world.open([definition])
  const scope = { correlationId: 'c', trace: { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), flags: 1 } }
  const failing = process.store.transaction(async (tx) => {
    await process.engine.start(tx, definition, { id: 's0', input: {} }, scope)
    throw new Error('no')
  })
  await assert.rejects(failing)
  await process.start(definition, 's1')
  await process.start(definition, 's1')
  await process.settled('s1')
  await world.clock.advance(5_000)
  assert.deepEqual(world.participants.requests, ['do s1:reserve'])
  const never = process.engine.settled('s0', deadlineAfter(world.clock, 1_000))
  await world.clock.advance(1_000)
  assert.equal(await never, undefined)
})
