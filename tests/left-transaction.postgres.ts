// A transaction that was prepared and left holds its locks without a session: it must be named all the same. Its test needs a server that allows it.
import assert from 'node:assert/strict'
import { chmodSync } from 'node:fs'
import { after, before, suite, test } from 'node:test'
import { postgresStores } from '@banyan/postgres'
import { eventually, temporaryDirectory } from '@banyan/testing'
import { createRuntime, type Logger } from 'banyan/kernel'
import type { Store } from 'banyan/store'
import { Client } from 'pg'
import type { Database } from './chaos/database.ts'
import { startPrivatePostgres } from './chaos/private-postgres.ts'
import { sqlOf } from 'banyan/store'

const TABLE = { id: '001-table', sql: 'CREATE TABLE thing (id TEXT PRIMARY KEY)' }
/** A holder is named after five seconds, and forgotten five after he let go. */
const NAMED = { timeoutMs: 40_000, pollMs: 50 }

interface Line {
  readonly message: string
  readonly blocker?: Readonly<Record<string, unknown>>
}

async function opened(server: Database, service: string): Promise<AsyncDisposable & { store: Store; lines: Line[] }> {
  const lines: Line[] = []
  const line = (message: string, fields?: object): number => lines.push({ message, ...fields })
  const log: Logger = { debug: line, info: line, warn: line, error: line, with: () => log }
  const store = await postgresStores({ url: server.url }).open({ service, migrations: [TABLE], runtime: createRuntime({ log }) })
  return { store, lines, [Symbol.asyncDispose]: () => store.close() }
}

/** Takes a lock, prepares the transaction and goes away; returns how to end what is left. */
async function leave(server: Database, name: string, lock: string): Promise<() => Promise<void>> {
  const run = async (text: string): Promise<void> => {
    const client = new Client({ connectionString: server.url })
    await client.connect()
    try {
      await client.query(text)
    } finally {
      await client.end()
    }
  }
  await run(`BEGIN; ${lock} /* ann@example.org */; PREPARE TRANSACTION '${name}'`)
  return () => run(`ROLLBACK PREPARED '${name}'`)
}

const naming = ({ message }: Line): boolean => message.startsWith('somebody holds locks')

suite('transactions that were prepared and left', { timeout: 200_000 }, () => {
  const directory = temporaryDirectory()
  let server: Database & AsyncDisposable
  before(async () => {
    chmodSync(directory.path, 0o755) // the server is another user
    server = await startPrivatePostgres(`${directory.path}/postgres`)
  })
  after(async () => {
    await server[Symbol.asyncDispose]()
    directory[Symbol.dispose]()
  })

  test('one that holds the row of the positions is named in health and once in the log, until it is ended', async () => {
    await using service = await opened(server, 'positions')
    const { store, lines } = service
    const other = await opened(server, 'elsewhere')
    const end = await leave(server, 'left-on-monday', 'SELECT position FROM positions.banyan_sequencer FOR UPDATE')
    const endOther = await leave(server, 'not-in-the-way', 'SELECT position FROM elsewhere.banyan_sequencer FOR UPDATE')
    await other.store.close()
    await store.transaction(async (tx) => tx.emit(anEvent('waits')))
    await eventually(() => assert.match(store.hindrance?.() ?? '', /held by preparedTransaction left-on-monday, user postgres/), NAMED)
    const named = lines.filter(naming)
    assert.equal(named.length, 1, JSON.stringify(named))
    assert.equal(named[0]?.blocker?.['preparedTransaction'], 'left-on-monday')
    assert.match(String(named[0]?.blocker?.['preparedAt']), /^\d{4}-/)
    assert.ok(!JSON.stringify(lines).includes('ann@example.org'), 'no text of statements')
    assert.ok(!JSON.stringify(lines).includes('not-in-the-way'), 'who holds up nobody is not named')
    await Promise.all([end(), endOther()])
    await eventually(() => assert.equal(store.hindrance?.(), undefined), NAMED)
    assert.ok(lines.some(({ message, blocker }) => message.includes('free again') && blocker?.['preparedTransaction'] === 'left-on-monday'))
  })

  test('one that holds a table is named, also when a session waits between', async () => {
    await using service = await opened(server, 'tables')
    const { store, lines } = service
    const end = await leave(server, 'left-on-tuesday', 'LOCK TABLE tables.thing IN ROW EXCLUSIVE MODE')
    const between = new Client({ connectionString: server.url })
    await between.connect()
    const waiting = between.query('BEGIN; LOCK TABLE tables.thing IN ACCESS EXCLUSIVE MODE; COMMIT')
    let blocked = true
    const write = async (): Promise<void> => {
      while (blocked)
        await store.transaction((tx) => sqlOf(tx).run("INSERT INTO thing VALUES ('a') ON CONFLICT DO NOTHING")).catch(() => {})
    }
    const writing = write()
    await eventually(() => assert.ok(lines.some(naming)), NAMED).finally(() => (blocked = false))
    assert.deepEqual(
      lines.filter(naming).map(({ blocker }) => blocker?.['preparedTransaction']),
      ['left-on-tuesday'],
    )
    await end()
    await Promise.all([waiting, writing])
    await between.end()
  })
})

function anEvent(key: string) {
  const { ids, clock } = createRuntime()
  return {
    id: ids.uuid(),
    type: 'test.happened',
    version: 1,
    key,
    time: clock.now(),
    data: '{}',
    correlationId: 'correlation',
    causationId: 'causation',
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  }
}
