import assert from 'node:assert/strict'
import { test } from 'node:test'
import { command, contract, define, event, service, Type, store } from 'banyan'
import { eventually } from './eventually.ts'
import { testPlatform } from './test-platform.ts'
import { sqlOf } from 'banyan/store'

// Handlers need no dedupe of their own (P2): one that has committed and then fails is not run into what it wrote.

const Id = Type.Object({ id: Type.String() })
const desk = contract('desk', {
  operations: { open: command('POST /api/desk', { input: Id, output: Type.Null(), access: 'internal' }) },
  events: { 'desk.opened': event({ key: 'id', data: Id }) },
})
const deskParts = define(desk)
const deskService = service(deskParts.definition, {
  operations: [
    deskParts.operation('open', async ({ id }, { transaction }) =>
      transaction((tx) => {
        tx.emit('desk.opened', { id })
        return null
      }),
    ),
  ],
})

const ledger = contract('ledger', { operations: {} })
const ledgerParts = define(ledger, {
  uses: [desk],
  store: store({ migrations: [{ id: '001', sql: 'CREATE TABLE seen (id TEXT PRIMARY KEY)' }], repository: () => ({}) }),
})
const runs: string[] = []
const ledgerService = service(ledgerParts.definition, {
  on: [
    ledgerParts.on('desk.opened', async ({ data: { id } }, { transaction }) => {
      runs.push(id)
      await transaction((tx) => tx.sql.run('INSERT INTO seen (id) VALUES (?)', id))
      if (id === 'fails') throw new Error('after its commit')
    }),
  ],
})

test('a handler that commits and then fails is asked once more, and what it wrote stands once', async () => {
  await using platform = await testPlatform({ services: [deskService, ledgerService] })
  const client = platform.client(desk)
  await client.open({ id: 'fails' })
  await client.open({ id: 'last' })
  const store = platform.services.find(({ name }) => name === 'ledger')!.store
  await eventually(async () => {
    const rows = await store.read((tx) => sqlOf(tx).all<{ id: string }>('SELECT id FROM seen ORDER BY id'))
    assert.deepEqual(rows, [{ id: 'fails' }, { id: 'last' }])
  })
  await client.open({ id: 'fails' }) // another event: this one does fail on the row
  await eventually(async () => {
    const [parked] = await store.read((tx) => tx.consumption.parked({ limit: 2 }))
    assert.match(parked?.error ?? '', /UNIQUE/)
  })
  const attempts = runs.filter((id) => id === 'fails').length
  assert.equal(attempts, 2 + 5, 'the first event once more after its failure, the second five times until it was parked')
})
