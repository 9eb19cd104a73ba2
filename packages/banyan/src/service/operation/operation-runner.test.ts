import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import type { Scope } from '../../call/scope.ts'
import { ANONYMOUS, command, contract, declareError, event, type OperationDefinition, query, Type } from '../../contract/index.ts'
import { type BanyanError, createRuntime, deadlineAfter } from '../../kernel/index.ts'
import { store, variantFor } from '../../store/definition.ts'
import { sqliteStores } from '../../store/sqlite/index.ts'
import type { Sql } from '../../store/sql.ts'
import { createMetrics, createTracing, newTrace } from '../../telemetry/index.ts'
import { define, type OperationHandler } from '../define/define.ts'
import { fingerprint } from './idempotency.ts'
import { createNotifier } from '../handler/notifier.ts'
import { operationRunner } from './operation-runner.ts'
import type { ServiceRuntime } from '../handler/service-runtime.ts'

const counters = contract('counters', {
  operations: {
    add: command('POST /api/counters', {
      input: Type.Object({ id: Type.String(), by: Type.Integer({ minimum: 1 }) }),
      output: Type.Object({ total: Type.Integer() }),
      access: 'public',
      errors: { too_much: Type.Object({ limit: Type.Integer() }), busy: declareError(503, Type.Object({}), 'safe') },
    }),
    get: query('GET /api/counters/:id', {
      input: Type.Object({ id: Type.String() }),
      output: Type.Object({ total: Type.Integer() }),
      access: 'public',
    }),
  },
  events: { 'counter.added': event({ key: 'id', data: Type.Object({ id: Type.String(), by: Type.Integer() }) }) },
})
const tables = store({
  migrations: [{ id: '001', sql: 'CREATE TABLE counter (id TEXT PRIMARY KEY, total BIGINT NOT NULL)' }],
  repository: (sql: Sql) => ({
    counters: {
      add: async (id: string, by: number) => {
        const row = await sql.get<{ total: number }>(
          'INSERT INTO counter VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET total = counter.total + excluded.total RETURNING total',
          id,
          by,
        )
        return { total: row?.total ?? 0 }
      },
      get: async (id: string) => (await sql.get<{ total: number }>('SELECT total FROM counter WHERE id = ?', id)) ?? { total: 0 },
    },
  }),
})
const { operation, definition } = define(counters, { store: tables })
const directory = mkdtempSync(path.join(tmpdir(), 'banyan-runner-'))
const runtime = createRuntime()
const stores = sqliteStores({ directory })
const { migrations, repository } = variantFor('counters', tables, stores.offer('counters'))
const opened = await stores.open({ service: 'counters', migrations, runtime })
after(async () => {
  await opened.close()
  rmSync(directory, { recursive: true })
})

let runs = 0
const add = operation('add', async ({ id, by }, { transaction, fail }) => {
  runs++
  return transaction(async (tx) => {
    const after = await tx.counters.add(id, by)
    tx.emit('counter.added', { id, by })
    if (by > 100) fail('too_much', { limit: 100 })
    if (by === 100) fail('busy', {})
    return after
  })
})

function serviceOf(): ServiceRuntime {
  return {
    name: 'counters',
    definition,
    store: opened,
    repository,
    runtime,
    tracing: createTracing({ ids: runtime.ids }),
    metrics: createMetrics(),
    clients: () => ({}),
    notifier: createNotifier(),
    resources: undefined,
  } as unknown as ServiceRuntime
}
function runner(
  handler: OperationHandler,
  name: 'add' | 'get' = 'add',
  definitionOfIt: OperationDefinition = counters.operations[name],
  service: ServiceRuntime = serviceOf(),
) {
  const run = operationRunner(service, definitionOfIt, handler)
  return (input: unknown, more: Partial<Scope> = {}) =>
    run.run({ service: 'counters', operation: name, input, scope: { ...scope(), ...more } })
}
function scope(): Scope {
  return {
    principal: ANONYMOUS,
    deadline: deadlineAfter(runtime.clock, 5_000),
    trace: newTrace(runtime.ids),
    correlationId: 'c',
    causationId: 'c',
  }
}
const total = async (id: string): Promise<number> => (await opened.read((tx) => repository(tx.database as never).counters.get(id))).total

test('a key runs a command once and repeats its answer, one without a key runs each time (P15)', async () => {
  const call = runner(add)
  const first = await call({ id: 'a', by: 1 }, { key: 'k1' })
  const again = await call({ by: 1, id: 'a' }, { key: 'k1' })
  assert.deepEqual(again.output, first.output)
  assert.equal(again.replayed, true)
  await call({ id: 'a', by: 1 })
  assert.equal(await total('a'), 2)
})

test('a key used for another request is refused', async () => {
  const call = runner(add)
  await call({ id: 'b', by: 1 }, { key: 'k2' })
  await assert.rejects(call({ id: 'b', by: 2 }, { key: 'k2' }), { code: 'idempotency_mismatch', status: 422 })
  assert.equal(await total('b'), 1)
})

test('requests with one key at the same time run once and all get the answer', async () => {
  const call = runner(add)
  const before = runs
  const replies = await Promise.all(Array.from({ length: 20 }, () => call({ id: 'c', by: 1 }, { key: 'k3' })))
  assert.equal(await total('c'), 1)
  assert.equal(runs - before, 1)
  assert.ok(replies.every((reply) => (reply.output as { total: number }).total === 1))
})

test('a key answered in another process is found by the transaction itself, which rolls back', async () => {
  const [here, there] = [runner(add), runner(add)]
  const [one, two] = await Promise.all([here({ id: 'd', by: 1 }, { key: 'k4' }), there({ id: 'd', by: 1 }, { key: 'k4' })])
  assert.deepEqual(one.output, two.output)
  assert.equal(await total('d'), 1)
})

test('a declared error rolls back what was written and is remembered for its key', async () => {
  const call = runner(add)
  const head = await opened.feed.head()
  for (let time = 0; time < 2; time++)
    await assert.rejects(
      call({ id: 'e', by: 101 }, { key: 'k5' }),
      (error: BanyanError) => error.code === 'too_much' && (error.data as { limit: number }).limit === 100,
    )
  assert.equal(await total('e'), 0)
  assert.equal(await opened.feed.head(), head)
})

test('a declared error is repeated as it was first answered, also when its declaration has changed since', async () => {
  const first = await runner(add)({ id: 'e', by: 101 }, { key: 'k51' }).catch((error: BanyanError) => error)
  const changed = { ...counters.operations.add, errors: { too_much: declareError(418, Type.Object({ limit: Type.Integer() })) } }
  const again = await runner(add, 'add', changed)({ id: 'e', by: 101 }, { key: 'k51' }).catch((error: BanyanError) => error)
  const said = ({ code, message, status, retry, data, declared }: BanyanError) => ({ code, message, status, retry, data, declared })
  assert.deepEqual(said(again as BanyanError), said(first as BanyanError))
  assert.equal((again as BanyanError).status, 409)
})

test('an answer kept by an older version that is no error of the operation is not repeated as one', async () => {
  const foreign = JSON.stringify({ code: 'sold_out', message: 'sold out', data: { sku: 'a' } })
  const record = { scope: 'add', key: 'k52', fingerprint: fingerprint({ id: 'e', by: 1 }), expiresAt: runtime.clock.now() + 60_000 }
  await opened.transaction((tx) => tx.idempotency.save({ ...record, state: 'failed', reply: foreign, permits: null }))
  await assert.rejects(runner(add)({ id: 'e', by: 1 }, { key: 'k52' }), { code: 'internal', status: 500 })
})

test('an error that may pass is not remembered', async () => {
  const call = runner(add)
  const before = runs
  for (let time = 0; time < 2; time++) await assert.rejects(call({ id: 'f', by: 100 }, { key: 'k6' }), { code: 'busy', status: 503 })
  assert.equal(runs - before, 2)
})

test('a wrong input names its fields and does not reach the handler', async () => {
  const before = runs
  await assert.rejects(runner(add)({ id: 7, by: 0.5 }), (error: BanyanError) => {
    assert.equal(error.code, 'invalid_argument')
    assert.deepEqual(
      error.fields?.map((field) => field.path),
      ['/id', '/by'],
    )
    return true
  })
  assert.equal(runs, before)
})

test('a command must return what its transaction returned', async () => {
  const wrong = operation('add', async ({ id, by }, { transaction }) => {
    await transaction((tx) => tx.counters.add(id, by))
    return { total: 0 }
  })
  await assert.rejects(runner(wrong)({ id: 'g', by: 1 }), { code: 'misuse' })
})

test('a second transaction is refused, a checkpoint is not', async () => {
  const twice = operation('add', async ({ id, by }, { transaction }) => {
    await transaction((tx) => tx.counters.add(id, by))
    return transaction((tx) => tx.counters.add(id, by))
  })
  await assert.rejects(runner(twice)({ id: 'h', by: 1 }), /opened a second transaction; use checkpoint/)
  const staged = operation('add', async ({ id, by }, { transaction, checkpoint }) => {
    await checkpoint((tx) => tx.counters.add(id, by))
    return transaction((tx) => tx.counters.add(id, by))
  })
  assert.deepEqual((await runner(staged)({ id: 'i', by: 1 }, { key: 'k7' })).output, { total: 2 })
})

test('a handler that died after its checkpoint runs again for the same key', async () => {
  let crash = true
  const staged = operation('add', async ({ id, by }, { transaction, checkpoint }) => {
    if (crash) await checkpoint((tx) => tx.counters.add(id, by))
    if (crash) throw new Error('power cut')
    return transaction((tx) => tx.counters.get(id))
  })
  const call = runner(staged)
  await assert.rejects(call({ id: 'j', by: 1 }, { key: 'k8' }), { code: 'internal' })
  crash = false
  assert.equal(((await call({ id: 'j', by: 1 }, { key: 'k8' })).output as { total: number }).total, 1)
})

test('an output that the contract does not allow is our error and commits nothing under a key', async () => {
  const wrong = operation('add', async ({ id, by }, { transaction }) =>
    transaction(async (tx) => {
      await tx.counters.add(id, by)
      return { total: 'many' as unknown as number }
    }),
  )
  await assert.rejects(runner(wrong)({ id: 'k', by: 1 }, { key: 'k9' }), { code: 'internal', status: 500 })
  assert.equal(await total('k'), 0)
})

test('the log line of a wrong answer says which field it was', async () => {
  const logged: string[] = []
  const wrong = operation('add', async () => ({ total: 'many' as unknown as number }))
  const log = { ...runtime.log, error: (message: string) => void logged.push(message) }
  const service = { ...serviceOf(), runtime: { ...runtime, log } } as ServiceRuntime
  const run = operationRunner(service, counters.operations.add, wrong)
  await assert.rejects(run.run({ service: 'counters', operation: 'add', input: { id: 'w', by: 1 }, scope: scope() }), { code: 'internal' })
  assert.deepEqual(logged, [
    'operation failed: the answer of counters.add is not what its contract says: /total must be integer, and is a text',
  ])
})

test('a passed deadline stops work before it begins', async () => {
  const before = runs
  await assert.rejects(runner(add)({ id: 'l', by: 1 }, { deadline: { at: runtime.clock.monotonic() - 1 } }), {
    code: 'deadline_exceeded',
    retry: 'safe',
  })
  assert.equal(runs, before)
})

test('an answer hook sees what was committed, also when it is a repetition', async () => {
  const handler = operation('add', async ({ id, by }, { transaction }) => transaction((tx) => tx.counters.add(id, by)), {
    answer: async ({ total: committed }, { waitMs }) => ({ total: committed + waitMs }),
  })
  const call = runner(handler)
  assert.deepEqual((await call({ id: 'm', by: 1 }, { key: 'k10', waitMs: 7 })).output, { total: 8 })
  assert.deepEqual((await call({ id: 'm', by: 1 }, { key: 'k10', waitMs: 9 })).output, { total: 10 })
  assert.equal(await total('m'), 1)
})

/** Lets the owner and support pass, before the transaction or within it. */
const guarded = operation('add', async ({ id, by }, { transaction, permit, fail }) => {
  if (by === 7) permit(id, 'support')
  return transaction((tx) => {
    if (by !== 7) permit(id, 'support')
    if (by > 100) fail('too_much', { limit: 100 })
    return tx.counters.add(id, by)
  })
})
const signedIn = (subject: string, ...roles: readonly string[]): Partial<Scope> => ({ principal: { kind: 'user', subject, roles } })

for (const [by, answer] of [
  [1, 'succeeded'],
  [7, 'succeeded'],
  [101, 'too_much'],
] as const)
  test(`an answer kept for what ${by} asks is not repeated to whoever may not ask for it any more`, async () => {
    const input = { id: 'olga', by }
    const key = `permit-${by}`
    const asked = (who: Partial<Scope>) =>
      runner(guarded)(input, { ...who, key }).then(
        () => 'succeeded',
        (error: BanyanError) => error.code,
      )
    assert.equal(await asked(signedIn('sam', 'support')), answer)
    assert.equal(await asked(signedIn('sam', 'support')), answer)
    assert.equal(await asked(signedIn('sam', 'customer')), 'not_found')
    assert.equal(await asked(signedIn('bob')), 'not_found')
    assert.equal(await asked(signedIn('olga')), answer)
  })

test('of two at once with one key, the one who may not do it does not get the answer of the one who may', async () => {
  const call = runner(guarded)
  const [allowed, refused] = await Promise.allSettled([
    call({ id: 'olga', by: 1 }, { ...signedIn('sam', 'support'), key: 'permit-both' }),
    call({ id: 'olga', by: 1 }, { ...signedIn('sam'), key: 'permit-both' }),
  ])
  assert.equal(allowed.status, 'fulfilled')
  assert.equal(refused.status === 'rejected' && (refused.reason as BanyanError).code, 'not_found')
})

test('permission that is asked for after the commit is refused as a mistake: it comes too late', async () => {
  const late = operation('add', async ({ id, by }, { transaction, permit }) => {
    const done = await transaction((tx) => tx.counters.add(id, by))
    permit(id)
    return done
  })
  await assert.rejects(runner(late)({ id: 'n', by: 1 }, signedIn('n')), /asked for permission after its transaction had committed/)
})

test('a call that finds no place is counted as an error of its operation', async () => {
  const gate = Promise.withResolvers<void>()
  const slow = operation('get', async () => (await gate.promise, { total: 0 }))
  const service = serviceOf()
  const run = runner(slow, 'get', { ...counters.operations.get, concurrencyMax: 1 }, service)
  const first = run({ id: 'a' })
  await assert.rejects(run({ id: 'a' }), { code: 'overloaded', retry: 'safe' })
  gate.resolve()
  await first
  await run({ id: 'a' })
  assert.match(service.metrics.text(), /banyan_operation_errors_total\{service="counters",operation="get",code="overloaded"\} 1\n/)
})
