import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRuntime, type Logger, sleep, systemClock } from 'banyan/kernel'
import type { Store, Sql } from 'banyan/store'
import { quoteName } from './connection-target.ts'
import { ROOM_QUERY } from './server-room.ts'
import { Session } from './session.ts'
import { readEvents } from './test-reader.ts'
import { anEvent, type TestServer, testServer } from './test-server.ts'

const TABLE = { id: '001-table', sql: 'CREATE TABLE thing (id TEXT PRIMARY KEY)' }

/** A role that may have so many connections, which owns what it makes. */
async function limitedRole(
  server: TestServer,
  connections: number,
): Promise<AsyncDisposable & { url: string; limit(max: number): Promise<unknown> }> {
  const admin = await server.connect()
  const role = quoteName(`${server.prefix}role`)
  const { rows } = await admin.query<{ name: string }>('SELECT current_database() AS name')
  const database = quoteName(rows[0]?.name ?? '')
  await admin.query(
    `CREATE ROLE ${role} LOGIN PASSWORD 'secret' CONNECTION LIMIT ${connections}; GRANT CREATE ON DATABASE ${database} TO ${role}`,
  )
  const url = new URL(server.url)
  url.username = `${server.prefix}role`
  url.password = 'secret'
  return {
    url: url.href,
    limit: (max) => admin.query(`ALTER ROLE ${role} CONNECTION LIMIT ${max}`),
    async [Symbol.asyncDispose]() {
      const last = await server.connect()
      await last.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '${server.prefix}role'`)
      await last.query(`DROP OWNED BY ${role} CASCADE; DROP ROLE ${role}`)
    },
  }
}

/** Does so many transactions and reads at once; returns what went wrong. */
async function burst(store: Store<Sql>, name: string, count = 150): Promise<string[]> {
  const outcomes = await Promise.allSettled(
    Array.from({ length: count }, (_, number) =>
      number % 3 === 0
        ? store.transaction(async (tx) => {
            await tx.database.run('INSERT INTO thing VALUES (?)', `${name} ${number}`)
            tx.emit(anEvent(`${name} ${number}`))
          })
        : store.read((tx) => tx.database.all('SELECT id FROM thing, pg_sleep(0.002) LIMIT 10')),
    ),
  )
  return outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [String(outcome.reason)] : []))
}

test('a server that gives fewer connections than the pool may have serves whoever waits by those that are open', async () => {
  await using server = await testServer()
  await using role = await limitedRole(server, -1)
  const lines: string[] = []
  const line = (message: string): number => lines.push(message)
  const log: Logger = { debug: line, info: line, warn: line, error: line, with: () => log }
  const store = await server.open({ url: role.url, migrations: [TABLE], poolMax: 20, runtime: createRuntime({ log }) })
  await store.ping()
  await role.limit(3) // the pool believes that it may have twenty
  assert.deepEqual(await burst(store, 'first'), [])
  assert.ok(
    lines.some((each) => each.includes('could not open another connection')),
    lines.join(),
  )
  await readEvents(store.feed, 50)
})

test('services share what their role may have, and say so; the events of each go on', async () => {
  await using server = await testServer()
  await using role = await limitedRole(server, 12)
  const said: object[] = []
  const quiet = (): void => {}
  const log: Logger = {
    debug: quiet,
    info: quiet,
    warn: (message, fields) => void said.push({ message, ...fields }),
    error: quiet,
    with: () => log,
  }
  const runtime = createRuntime({ log })
  const services = ['a', 'b', 'c', 'd', 'e']
  const stores = await server.openAll(services, { url: role.url, migrations: [TABLE], runtime })
  const failures = await Promise.all(stores.map((store, index) => burst(store, services[index] ?? '')))
  assert.deepEqual(failures.flat(), [])
  for (const store of stores) await readEvents(store.feed, 50)
  assert.equal((said[0] as { connections?: number }).connections, 6, JSON.stringify(said))
  const apart = await Promise.all(stores.map((store) => store.readApart((tx) => tx.database.get<{ one: number }>('SELECT 1 AS one'))))
  assert.deepEqual(
    apart.map((row) => row?.one),
    [1, 1, 1, 1, 1],
  )
  const admin = await server.connect()
  const { rows } = await admin.query('SELECT pid FROM pg_stat_activity WHERE usename = $1', [`${server.prefix}role`])
  assert.ok(rows.length <= 6, `${rows.length} connections`)
})

test('the server is asked once what it gives, before the services are opened', async (t) => {
  await using server = await testServer()
  const { mock } = t.mock.method(Session.prototype, 'send')
  await server.openAll(['a', 'b', 'c'])
  const asked = mock.calls.filter(({ arguments: [parts] }) => parts.some(({ text }) => text === ROOM_QUERY))
  assert.equal(asked.length, 1)
})

test('a second process of the same services finds its share free', async () => {
  await using server = await testServer()
  await using role = await limitedRole(server, 14)
  const services = ['a', 'b', 'c', 'd', 'e']
  const first = await server.openAll(services, { url: role.url, migrations: [TABLE] })
  await Promise.all(first.map((store) => burst(store, 'first')))
  const second = await server.openAll(services, { url: role.url, migrations: [TABLE] })
  const failures = await Promise.all([...first, ...second].map((store, index) => burst(store, `both ${index}`)))
  assert.deepEqual(failures.flat(), [])
})

test('a role that may have less than one connection for each service is refused at the start, with what to do', async () => {
  await using server = await testServer()
  await using role = await limitedRole(server, 4)
  await assert.rejects(server.openAll(['a', 'b', 'c', 'd'], { url: role.url, migrations: [TABLE] }), {
    code: 'unavailable',
    message: /has 4 connections for this process, which needs 5: .*raise max_connections, or the CONNECTION LIMIT/,
  })
})

test('a long read waits for a place and gets it, also when everything is busy', async () => {
  await using server = await testServer()
  await using role = await limitedRole(server, 4)
  const [store] = await server.openAll(['a'], { url: role.url, migrations: [TABLE] })
  assert.ok(store)
  let busy = true
  const clock = systemClock()
  const readers = Array.from({ length: 10 }, async () => {
    while (busy) await store.read((tx) => tx.database.get('SELECT 1 AS one FROM pg_sleep(0.01)'))
  })
  await sleep(clock, 200)
  assert.deepEqual(await store.readApart((tx) => tx.database.get('SELECT 2 AS two')), { two: 2 })
  busy = false
  await Promise.all(readers)
})
