import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { contract } from '../../contract/index.ts'
import { createRuntime } from '../../kernel/index.ts'
import { store, variantFor } from '../../store/definition.ts'
import type { TimerRecord } from '../../store/records/timer-records.ts'
import type { Sql } from '../../store/sql.ts'
import { sqliteStores } from '../../store/sqlite/index.ts'
import { define } from '../define/define.ts'
import { fireTimer } from './fire-timer.ts'
import { createNotifier } from '../handler/notifier.ts'
import type { ServiceRuntime } from '../handler/service-runtime.ts'
import { sqlOf } from '../../store/sql-of.ts'

const tables = store({
  migrations: [{ id: '001', sql: 'CREATE TABLE bell (id TEXT NOT NULL)' }],
  repository: (sql: Sql) => ({ ring: (id: string) => sql.run('INSERT INTO bell VALUES (?)', id) }),
})
const { timer, definition } = define(contract('bells', { operations: {}, events: {} }), { store: tables })
const directory = mkdtempSync(path.join(tmpdir(), 'banyan-timers-'))
const runtime = createRuntime()
const stores = sqliteStores({ directory })
const { migrations, repository } = variantFor('bells', tables, stores.offer('bells'))
const opened = await stores.open({ service: 'bells', migrations, runtime })
after(async () => {
  await opened.close()
  rmSync(directory, { recursive: true })
})
const service = {
  name: 'bells',
  definition,
  store: opened,
  repository,
  runtime,
  clients: () => ({}),
  notifier: createNotifier(),
  resources: undefined,
} as unknown as ServiceRuntime

test('a timer goes with the transaction of its effect: fired twice at once, it has one', async () => {
  const ring = timer('ring', async (_data, { transaction }) => transaction((tx) => tx.ring('once')))
  const due = await schedule('once')
  await Promise.all([fireTimer(service, ring, due), fireTimer(service, ring, due)])
  await fireTimer(service, ring, due) // by an instance that read the table before
  assert.deepEqual(await rung('once'), 1)
  assert.deepEqual(await waiting('once'), [])
})

test('a timer whose effect fails stays, is due later, and has its effect then', async () => {
  let fails = true
  const ring = timer('ring', async (_data, { transaction }) =>
    transaction(async (tx) => {
      await tx.ring('later')
      if (fails) throw new Error('not now')
    }),
  )
  const due = await schedule('later')
  await fireTimer(service, ring, due)
  assert.equal(await rung('later'), 0)
  const [postponed] = await waiting('later')
  assert.deepEqual([postponed?.attempts, (postponed?.dueAt ?? 0) > due.dueAt], [1, true])
  fails = false
  await fireTimer(service, ring, postponed as TimerRecord)
  assert.equal(await rung('later'), 1)
  assert.deepEqual(await waiting('later'), [])
})

test('a timer whose process dies before its effect is durable stays due', async () => {
  const ring = timer('ring', () => new Promise(() => {}))
  const due = await schedule('died')
  void fireTimer(service, ring, due) // never ends: the process is gone
  await opened.transaction(async () => {})
  assert.deepEqual(await waiting('died'), [due])
})

async function schedule(id: string): Promise<TimerRecord> {
  const record = { id, name: 'ring', dueAt: runtime.clock.now(), data: '{}', attempts: 0, correlationId: 'c' }
  await opened.transaction((tx) => tx.timers.schedule(record))
  return record
}

async function rung(id: string): Promise<number> {
  const row = await opened.read((tx) => sqlOf(tx).get<{ count: number }>('SELECT COUNT(*) AS count FROM bell WHERE id = ?', id))
  return row?.count ?? 0
}

/** Timers of this id in the table, due or not. */
function waiting(id: string): Promise<TimerRecord[]> {
  return opened.read(async (tx) => (await tx.timers.due(Number.MAX_SAFE_INTEGER, 100)).filter((each) => each.id === id))
}
