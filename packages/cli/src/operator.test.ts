import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { BanyanError } from 'banyan/kernel'
import { commandFailure } from './command-failure.ts'
import { EXIT } from './exit-code.ts'
import { readable } from './operator.ts'

const failing = (thrown: unknown) => readable({ get: () => Promise.reject(thrown), post: () => Promise.reject(thrown) })

/** How a command ends whose request failed like this, reading and changing. */
async function endings(thrown: unknown): Promise<{ read: ReturnType<typeof commandFailure>; change: ReturnType<typeof commandFailure> }> {
  const client = failing(thrown)
  return {
    read: await client.get('/violations').then(() => assert.fail(), commandFailure),
    change: await client.post('/x', {}).then(() => assert.fail(), commandFailure),
  }
}

test('no answer in time is a sentence and an exit code of its own, never that of a violation', async () => {
  const timeout = await new Promise((resolve) => {
    const signal = AbortSignal.timeout(1)
    const keep = setInterval(() => {}, 1_000)
    signal.addEventListener('abort', () => (clearInterval(keep), resolve(signal.reason)))
  })
  const { read, change } = await endings(timeout)
  assert.deepEqual([read.exitCode, read.code, read.details], [EXIT.later, 'deadline_exceeded', []])
  assert.match(read.message, /did not answer in time$/)
  assert.match(change.message, /whether the change was made is not known/)
  assert.equal((await endings(new BanyanError('deadline_exceeded', 'late'))).read.exitCode, EXIT.later)
})

/** Asks a server that behaves like this, as the client does. */
async function fetchFailure(listener: RequestListener): Promise<unknown> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  try {
    const response = await fetch(`http://127.0.0.1:${port}/`)
    return JSON.parse(await response.text()) as unknown
  } catch (thrown) {
    return thrown
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

test('a connection that breaks, before, in or instead of the answer, is a sentence with exit code 69', async () => {
  const broken = [
    await fetchFailure((request) => request.socket.destroy()),
    await fetchFailure((_, response) => {
      response.writeHead(200, { 'content-length': '100' })
      response.write('{"ok":')
      setImmediate(() => response.destroy())
    }),
    await fetch('http://127.0.0.1:1/').catch((thrown: unknown) => thrown),
    Object.assign(new Error('connect ENOENT /data/operator.sock'), { code: 'ENOENT', syscall: 'connect' }),
  ]
  for (const thrown of broken) {
    const { read, change } = await endings(thrown)
    assert.equal(read.exitCode, EXIT.unavailable, String(thrown))
    assert.match(read.message, /the connection to the platform broke: /)
    assert.equal(change.exitCode, EXIT.later)
    assert.match(change.message, /not known/)
  }
})

test('an answer that is not JSON is something else that listens there', async () => {
  const thrown = await fetchFailure((_, response) => response.end('<html>'))
  assert.equal((await endings(thrown)).read.exitCode, EXIT.protocol)
})

test('what the platform refuses is no wrong setting, and what it does not have no taken port', async () => {
  const exitCode = async (code: string) => (await endings(new BanyanError(code, 'x'))).change.exitCode
  assert.equal(await exitCode('not_found'), EXIT.missing)
  assert.equal(await exitCode('failed_precondition'), EXIT.refused)
  assert.equal(await exitCode('invalid_argument'), EXIT.usage)
  assert.equal(await exitCode('permission_denied'), EXIT.permission)
  assert.equal(await exitCode('overloaded'), EXIT.later)
  assert.equal(commandFailure(new BanyanError('failed_precondition', 'PORT is "x"')).exitCode, EXIT.configuration)
})

test('whatever is thrown becomes a message and an exit code that is not that of a violation', () => {
  const thrown: unknown[] = [
    new TypeError('x is not a function'),
    new DOMException('late', 'TimeoutError'),
    Object.assign(new Error('x'), { code: 23 }),
    Object.assign(new Error('EACCES: permission denied, open /x'), { code: 'EACCES', syscall: 'open' }),
    'text',
    undefined,
    null,
    { code: 1 },
  ]
  for (const one of thrown) {
    const { message, exitCode } = commandFailure(one)
    assert.equal(typeof message, 'string')
    assert.ok(exitCode >= 64, `${String(one)}: ${exitCode}`)
  }
})
