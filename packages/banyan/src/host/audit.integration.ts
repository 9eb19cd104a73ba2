import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { LocalTransport, Transport } from '../call/transport.ts'
import { audit, auditCall } from '../contract/audit.ts'
import { PLATFORM, type Principal, servicePrincipal } from '../contract/access.ts'
import { command, contract, Type } from '../contract/index.ts'
import { deadlineAfter } from '../kernel/deadline.ts'
import { BanyanError } from '../kernel/error.ts'
import { createRuntime } from '../kernel/runtime.ts'
import { define } from '../service/define/define.ts'
import { service } from '../service/define/service.ts'
import { store } from '../store/definition.ts'
import { sqliteStores } from '../store/sqlite/index.ts'
import { temporaryDirectory } from '../store/sqlite/temporary-directory.testsuite.ts'
import { newTrace } from '../telemetry/trace-context.ts'
import { auditStopped } from './audit-stopped.ts'
import { type Invariants, platform } from './platform.ts'
import { startPlatform } from './start-platform.ts'

const counters = contract('counters', {
  operations: {
    count: command('POST /api/counters', { input: Type.Object({}), output: Type.Object({ at: Type.Integer() }), access: 'internal' }),
  },
  audits: {
    rows: audit({
      input: Type.Object({ times: Type.Integer({ minimum: 1 }) }),
      output: Type.Object({ before: Type.Integer(), after: Type.Integer() }),
    }),
  },
})

/** A statement of about a second: what an audit reads of millions of rows. */
const LONG = `WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 4000000) SELECT COUNT(*) AS "count" FROM numbers`

const tables = store({
  migrations: [{ id: '001-counter', sql: 'CREATE TABLE counter (at BIGINT NOT NULL)' }],
  repository: (sql) => ({
    counter: {
      add: () => sql.run('INSERT INTO counter (at) VALUES (1)'),
      rows: async () => (await sql.all('SELECT at FROM counter')).length,
      count: () => sql.get(LONG),
    },
  }),
})
const parts = define(counters, { store: tables })
const count = parts.operation('count', async (_input, { transaction }) => transaction(async ({ counter }) => ({ at: await counter.add() })))
const rows = parts.audit('rows', async ({ times }, { counter }) => {
  const before = await counter.rows()
  for (let time = 1; time < times; time++) await counter.count()
  return { before, after: await counter.rows(), beside: 'what the contract does not declare' }
})
const countersService = service(parts.definition, { operations: [count], audits: [rows] })

/** Finds a violation for each row: what an audit that asked could tell. */
const tell: (times: number) => Invariants =
  (times) =>
  async ({ ask }) => {
    const { before, after, ...more } = await ask(counters).rows({ times })
    return [{ invariant: Object.keys(more).join(), subject: 'counter', expected: String(before), actual: String(after) }]
  }

async function started(invariants: Invariants, network?: (local: Transport) => Transport) {
  const directory = await temporaryDirectory()
  const shop = platform({ services: [countersService], invariants })
  const runtime = createRuntime()
  const options = { runtime, directory: directory.path, environment: {} }
  const stores = sqliteStores({ directory: directory.path })
  const running = await startPlatform(shop, { ...options, stores, ...(network ? { network } : {}) })
  return {
    running,
    client: running.client(counters),
    /** Stops the platform and audits what it left. */
    async stoppedAudit() {
      await running.stop()
      return auditStopped(shop, { ...options, stores: sqliteStores({ directory: directory.path, readOnly: true }) })
    },
    async [Symbol.asyncDispose]() {
      await running.stop()
      await directory[Symbol.asyncDispose]()
    },
  }
}

test('customers are served while an audit reads, and the audit keeps its snapshot', async () => {
  await using shop = await started(tell(2))
  await shop.client.count({})
  let served = 0
  let isOver = false
  const audit = shop.running.admin.violations().finally(() => (isOver = true))
  const customer = (async () => {
    while (!isOver) {
      await shop.client.count({})
      served++
    }
  })()
  const [found] = await Promise.all([audit, customer])
  assert.equal(found[0]?.actual, found[0]?.expected, 'the audit keeps its snapshot')
  assert.ok(served > 5, `${served} calls were answered while the audit read`)
})

describe('an audit query', () => {
  test('answers the same of a running platform and of the data of a stopped one', async () => {
    await using shop = await started(tell(1))
    for (let time = 0; time < 3; time++) await shop.client.count({})
    const expected = [{ invariant: '', subject: 'counter', expected: '3', actual: '3' }]
    assert.deepEqual(await shop.running.admin.violations(), expected, 'and leaves out what the contract does not declare')
    assert.deepEqual(await shop.stoppedAudit(), expected)
  })

  test('crosses the transport of calls, so that a service elsewhere answers as well', async () => {
    const sent: string[] = []
    await using shop = await started(tell(1), (local) => ({
      send(request) {
        sent.push(`${request.service}.${request.operation}`)
        return local.send(request)
      },
    }))
    await shop.running.admin.violations()
    assert.deepEqual(sent, ['counters.audits.rows'])
  })

  test('is for the platform alone: no service, no user and nobody else gets an answer', async () => {
    let way: LocalTransport | undefined
    await using shop = await started(tell(1), (local) => (way = local))
    const { clock, ids } = createRuntime()
    const ask = (principal: Principal): Promise<unknown> => {
      const scope = { principal, deadline: deadlineAfter(clock, 10_000), trace: newTrace(ids), correlationId: 'c', causationId: 'c' }
      return (way as LocalTransport).send({ service: 'counters', operation: auditCall('rows'), input: { times: 1 }, scope })
    }
    for (const principal of [
      servicePrincipal('orders'),
      { kind: 'user', subject: PLATFORM.subject, roles: ['admin'] } as const,
      { kind: 'key', subject: PLATFORM.subject, roles: ['admin'] } as const,
    ])
      await assert.rejects(ask(principal), (error: unknown) => error instanceof BanyanError && error.code === 'permission_denied')
    assert.deepEqual(await ask(PLATFORM), { output: { before: 0, after: 0 } })
    assert.deepEqual(Object.keys(shop.client), ['count'])
  })

  test('refuses an input that its contract does not allow', async () => {
    await using shop = await started(tell(0))
    await assert.rejects(shop.running.admin.violations(), /times/)
  })
})
