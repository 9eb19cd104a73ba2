import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRuntime, sleep } from 'banyan/kernel'
import { ConnectionBudget } from './connection-budget.ts'
import { connectionTarget } from './connection-target.ts'
import { Notifications } from './notifications.ts'
import { Session } from './session.ts'
import { testProxy } from './test-proxy.ts'
import { testServer } from './test-server.ts'

const runtime = createRuntime()
const targetOf = (url: string) => connectionTarget({ url, schema: 'public', process: 'abcdef', statementTimeoutMs: 10_000 })
const optionsOf = (url: string) => ({ target: targetOf(url), purpose: 'test', clock: runtime.clock })

test('whoever asks late whether a session is gone is told at once', async () => {
  await using server = await testServer()
  const session = await Session.connect(optionsOf(server.url))
  let told = 0
  session.whenGone(() => told++)
  session.destroy()
  assert.equal(told, 1)
  session.whenGone(() => told++)
  assert.equal(told, 2)
})

test('a session that ends in the moment in which it is ready is not handed out', async () => {
  await using server = await testServer()
  await using proxy = await testProxy(server.url)
  for (const time of [1, 2]) {
    proxy.endWhenReady(1, time)
    await assert.rejects(Session.connect(optionsOf(proxy.url)))
  }
})

test('a server that falls silent while a session is opened is given up', { timeout: 30_000 }, async () => {
  await using server = await testServer()
  await using proxy = await testProxy(server.url)
  proxy.strikeAt('pg_settings', 'silence')
  await assert.rejects(Session.connect(optionsOf(proxy.url)), { code: 'unavailable' })
})

test('a listener whose connection ends in the moment in which it is ready listens again', { timeout: 60_000 }, async () => {
  await using server = await testServer()
  await using proxy = await testProxy(server.url)
  const admin = await server.connect()
  const channel = `${server.prefix}channel`
  const notifications = new Notifications(targetOf(proxy.url), runtime, new ConnectionBudget())
  for (const time of [2, 3]) {
    proxy.endWhenReady(2, time)
    let heard = 0
    const stop = notifications.listen(channel, () => heard++)
    for (const before = heard; heard <= before;) {
      await admin.query('SELECT pg_notify($1, $2)', [channel, ''])
      await sleep(runtime.clock, 20)
    }
    stop()
  }
})
