import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRuntime } from 'banyan/kernel'
import { readEvents } from './test-reader.ts'
import { anEvent, testServer } from './test-server.ts'

const TABLE = { id: '001-table', sql: 'CREATE TABLE thing (id TEXT PRIMARY KEY, n BIGINT, bytes BYTEA)' }

test('a statement that takes too long is stopped by the server, and nothing is changed', async () => {
  await using server = await testServer()
  const store = await server.open({ migrations: [TABLE], statementTimeoutMs: 100 })
  const slow = store.transaction(async (tx) => {
    await tx.database.run("INSERT INTO thing (id) VALUES ('a')")
    await tx.database.get('SELECT pg_sleep(5)')
  })
  await assert.rejects(slow, { code: 'deadline_exceeded', retry: 'safe' })
  assert.equal(await store.read((tx) => tx.database.get('SELECT id FROM thing')), undefined)
})

test('a statement that takes too long is what the caller is told of, also when its body goes on', async () => {
  await using server = await testServer()
  const store = await server.open({ migrations: [TABLE], statementTimeoutMs: 100 })
  const slow = store.transaction(async (tx) => {
    await tx.database.get('SELECT pg_sleep(5)').catch(() => {})
    await tx.database.run("INSERT INTO thing (id) VALUES ('a')")
  })
  await assert.rejects(slow, { code: 'deadline_exceeded', retry: 'safe' })
})

test('a thousand transactions through two connections all commit', async () => {
  await using server = await testServer()
  const store = await server.open({ migrations: [TABLE], poolMax: 2 })
  const ids = Array.from({ length: 1_000 }, (_, index) => `t${index}`)
  await Promise.all(ids.map((id) => store.transaction((tx) => tx.database.run('INSERT INTO thing (id) VALUES (?)', id))))
  const row = await store.read((tx) => tx.database.get<{ count: number }>('SELECT COUNT(*) AS count FROM thing'))
  assert.equal(row?.count, 1_000)
})

test('close waits for what is under way, and refuses what comes later', async () => {
  await using server = await testServer()
  const store = await server.open({ migrations: [TABLE] })
  const slow = store.transaction(async (tx) => {
    await tx.database.get('SELECT pg_sleep(0.3)')
    await tx.database.run("INSERT INTO thing (id) VALUES ('late')")
    tx.emit(anEvent('late'))
  })
  const closed = store.close()
  await assert.rejects(
    store.read(async () => 1),
    { code: 'unavailable' },
  )
  await assert.rejects(store.feed.head(), { code: 'unavailable' })
  await slow
  await closed
  const client = await server.connect()
  const { rows } = await client.query('SELECT pid FROM pg_stat_activity WHERE application_name LIKE $1', [`banyan % ${server.prefix}%`])
  assert.deepEqual(rows, [], 'no connection stays behind')
  const again = await server.open({ migrations: [TABLE] })
  assert.deepEqual(await again.read((tx) => tx.database.get('SELECT id FROM thing')), { id: 'late' })
  assert.equal(await again.feed.head(), 1)
})

test('values come back as they went in, or are refused', async () => {
  await using server = await testServer()
  const store = await server.open({ migrations: [TABLE] })
  const bytes = Uint8Array.from({ length: 256 }, (_, index) => index)
  await store.transaction((tx) => tx.database.run('INSERT INTO thing VALUES (?, ?, ?)', `'"\\ 😀\n`, Number.MAX_SAFE_INTEGER, bytes))
  const row = await store.read((tx) => tx.database.get('SELECT * FROM thing WHERE n = ?', Number.MAX_SAFE_INTEGER))
  assert.deepEqual(row, { id: `'"\\ 😀\n`, n: Number.MAX_SAFE_INTEGER, bytes })
  const beyond = store.read((tx) => tx.database.get('SELECT n + 1 AS more FROM thing'))
  await assert.rejects(beyond, { code: 'misuse' })
  await assert.rejects(
    store.transaction((tx) => tx.database.run('INSERT INTO thing (id) VALUES (?)', 'nul\0')),
    { code: 'misuse' },
  )
})

test('many events of one transaction keep their order, odd texts included', async () => {
  await using server = await testServer()
  const store = await server.open()
  const events = Array.from({ length: 1_000 }, (_, index) => anEvent(`key "${index % 300}", {\\}`, { index, text: `a"b\\c'{,}` }))
  const { token } = await store.transaction(async (tx) => events.forEach((event) => tx.emit(event)))
  const seen = []
  while (seen.length < events.length) seen.push(...(await store.feed.read(seen.length, 1_000)))
  assert.deepEqual(
    seen,
    events.map((event, index) => ({ ...event, position: index + 1 })),
  )
  assert.equal(await store.feed.positionOf(token as string), events.length)
  await assert.rejects(store.feed.positionOf('1; DROP'), { code: 'invalid_argument' })
})

test('another process hears of events at once, and its feed does not need to', async () => {
  await using server = await testServer()
  const [writer, reader] = [await server.open(), await server.open()]
  const heard = new Promise<void>((resolve) => reader.feed.subscribe(resolve))
  await writer.transaction(async (tx) => tx.emit(anEvent('k')))
  await heard
  await readEvents(reader.feed, 1) // a hint may come before the position
})

test('fault points strike where they say', async () => {
  await using server = await testServer()
  let strike = ''
  const faults = {
    at(name: string) {
      if (name === strike) throw new Error(`struck at ${name}`)
    },
  }
  const store = await server.open({ migrations: [TABLE], runtime: createRuntime({ faults }) })
  for (const [point, found] of [
    ['before-begin', 0],
    ['before-commit', 0],
    ['after-commit', 1],
  ] as const) {
    strike = `store.test.${point}`
    await assert.rejects(
      store.transaction((tx) => tx.database.run('INSERT INTO thing (id) VALUES (?)', point)),
      /struck/,
    )
    strike = ''
    const rows = await store.read((tx) => tx.database.all('SELECT id FROM thing WHERE id = ? LIMIT 10', point))
    assert.equal(rows.length, found, point)
  }
})
