import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRuntime, type Logger, sleep, systemClock } from 'banyan/kernel'
import type { Store, Sql } from 'banyan/store'
import type { ConnectionTarget } from './connection-target.ts'
import { LockWatch } from './lock-watch.ts'
import { readEvents } from './test-reader.ts'
import { anEvent, type TestServer, testServer } from './test-server.ts'

const TABLE = { id: '001-table', sql: 'CREATE TABLE thing (id TEXT PRIMARY KEY)' }

interface Line {
  readonly message: string
  readonly blocker?: Readonly<Record<string, unknown>>
}

async function opened(server: TestServer): Promise<{ store: Store<Sql>; lines: Line[] }> {
  const lines: Line[] = []
  const line = (message: string, fields?: object): number => lines.push({ message, ...fields })
  const log: Logger = { debug: line, info: line, warn: line, error: line, with: () => log }
  return { store: await server.open({ migrations: [TABLE], runtime: createRuntime({ log }) }), lines }
}

/** Someone else who holds a lock, with a statement whose text is nobody's business. */
async function somebody(server: TestServer, lock: string): Promise<{ pid: number; release(): Promise<unknown> }> {
  const client = await server.connect()
  const { rows } = await client
    .query<{ pid: number }>("SET application_name = 'somebody else'; SELECT pg_backend_pid() AS pid")
    .then((results) => (Array.isArray(results) ? results[1] : results) as { rows: { pid: number }[] })
  await client.query(`BEGIN; ${lock} /* ann@example.org */`)
  return { pid: rows[0]?.pid ?? 0, release: () => client.query('ROLLBACK') }
}

async function eventually<T>(look: () => T | undefined, what: string): Promise<T> {
  const clock = systemClock()
  for (const end = clock.monotonic() + 30_000; ; await sleep(clock, 50)) {
    const seen = look()
    if (seen !== undefined) return seen
    assert.ok(clock.monotonic() < end, `not in time: ${what}`)
  }
}

const naming = ({ message }: Line): boolean => message.startsWith('somebody holds locks')

test('a lock of others on the sequencer: health says how late events are and who holds it, the log names him once', async () => {
  await using server = await testServer()
  const { store, lines } = await opened(server)
  const other = await somebody(server, 'SELECT position FROM banyan_sequencer FOR UPDATE')
  await store.transaction(async (tx) => tx.emit(anEvent('waits')))
  await store.ping()
  const said = await eventually(() => (/held by/.test(store.hindrance?.() ?? '') ? store.hindrance?.() : undefined), 'the hindrance')
  assert.match(
    said,
    new RegExp(
      `^its events have waited \\d+ s for their positions; locks that it needs are held by pid ${other.pid}, application somebody else`,
    ),
  )
  await sleep(systemClock(), 1_500) // longer than several looks
  const named = lines.filter(naming)
  assert.equal(named.length, 1, JSON.stringify(named))
  assert.equal(named[0]?.blocker?.['pid'], other.pid)
  assert.match(String(named[0]?.blocker?.['statementStartedAt']), /^\d{4}-/)
  assert.ok(!JSON.stringify(lines).includes('ann@example.org') && !said.includes('ann@example.org'), 'no text of statements')
  await other.release()
  assert.equal((await readEvents(store.feed, 1))[0]?.key, 'waits')
  await eventually(() => (store.hindrance?.() === undefined ? true : undefined), 'the end of the hindrance')
  assert.ok(lines.some(({ message }) => message.includes('free again')))
})

test('a lock of others on a table of a service is named, also when a third one waits between', async () => {
  await using server = await testServer()
  const { store, lines } = await opened(server)
  const other = await somebody(server, 'LOCK TABLE thing IN ROW EXCLUSIVE MODE')
  const third = await server.connect()
  const waiting = third.query('BEGIN; LOCK TABLE thing IN ACCESS EXCLUSIVE MODE; COMMIT').catch(() => {})
  let blocked = true
  const write = async (): Promise<void> => {
    while (blocked)
      await store.transaction((tx) => tx.database.run("INSERT INTO thing VALUES ('a') ON CONFLICT DO NOTHING")).catch(() => {})
  }
  const writing = write()
  const { blocker } = await eventually(() => lines.find(naming), 'the name').finally(() => (blocked = false))
  assert.equal(blocker?.['pid'], other.pid)
  await other.release()
  await Promise.all([waiting, writing])
})

test('a lock of others that only long reads wait for is named too', async () => {
  await using server = await testServer()
  const { store, lines } = await opened(server)
  const other = await somebody(server, 'LOCK TABLE thing IN ACCESS EXCLUSIVE MODE')
  let blocked = true
  const read = async (): Promise<void> => {
    while (blocked) await store.readApart((tx) => tx.database.all('SELECT id FROM thing')).catch(() => {})
  }
  const reading = read()
  const { blocker } = await eventually(() => lines.find(naming), 'the name').finally(() => (blocked = false))
  assert.equal(blocker?.['pid'], other.pid)
  await other.release()
  await reading
})

/** What a watch of that schema finds at its first look. */
function firstLook(server: TestServer, schema: string): Promise<unknown[]> {
  return new Promise((resolve) => {
    const target = { process: 'abcdef', schema } as ConnectionTarget
    const watch: LockWatch = new LockWatch({
      target,
      service: 'test',
      runtime: createRuntime(),
      query: async (_, text, values) => {
        watch.stop()
        const { rows } = await (await server.connect()).query<{ pid: number }>(text, [...values])
        resolve(rows.map(({ pid }) => pid))
        return rows
      },
    })
    watch.waited()
  })
}

test('sessions that wait are of a schema when it is the whole third word of their name, or as much of it as the server keeps', async () => {
  await using server = await testServer()
  await server.open({ migrations: [TABLE] })
  const other = await somebody(server, 'LOCK TABLE thing IN ACCESS EXCLUSIVE MODE')
  const long = 'x'.repeat(60)
  const waiting = ['orders', `${long} sequencer`, 'carts sequencer'].map(async (name) => {
    const client = await server.connect()
    await client.query(`SET application_name = 'banyan abcdef ${name}'`)
    await client.query('SELECT id FROM thing')
  })
  const admin = await server.connect()
  const waiters = `SELECT count(*)::int AS count FROM pg_stat_activity
    WHERE wait_event_type = 'Lock' AND starts_with(application_name, 'banyan abcdef') AND ${other.pid} = ANY (pg_blocking_pids(pid))`
  while ((await admin.query<{ count: number }>(waiters)).rows[0]?.count !== waiting.length) await sleep(systemClock(), 20)
  const found = await Promise.all(['orders', 'order', long, 'carts', 'cart'].map((schema) => firstLook(server, schema)))
  await other.release()
  await Promise.all(waiting)
  assert.deepEqual(found, [[other.pid], [], [other.pid], [other.pid], []])
})
