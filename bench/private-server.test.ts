import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ServerCommand, startProcess } from './private-server.ts'

const aServer = (script: string, overrides: Partial<ServerCommand> = {}): ServerCommand => ({
  command: process.execPath,
  args: ['-e', script],
  ready: /serving/,
  stopSignal: 'SIGTERM',
  directory: { [Symbol.dispose]: () => {} },
  ...overrides,
})

test('a server is ready once it says so, on either stream, and its directory vanishes when it has stopped', async () => {
  let removed = 0
  const directory = { [Symbol.dispose]: () => void removed++ }
  const server = await startProcess(aServer(`console.error('serving'); setInterval(() => {}, 1000)`, { directory }))
  assert.equal(removed, 0)
  await server.stop()
  assert.equal(removed, 1)
  assert.throws(() => process.kill(server.pid, 0), /ESRCH/)
})

test('a server that ends before it serves is reported with what it said', async () => {
  await assert.rejects(startProcess(aServer(`console.log('no room'); process.exitCode = 3`)), /ended before it served: no room/)
})

test('a program that is not there is reported', async () => {
  await assert.rejects(startProcess(aServer('', { command: '/nowhere/server' })), /ENOENT/)
})
