import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRuntime } from 'banyan/kernel'
import { connectionTarget } from './connection-target.ts'
import { PostgresServer } from './postgres-server.ts'
import type { ServerRoom } from './server-room.ts'

const { log } = createRuntime()
const [a, b, c] = ['a', 'b', 'c'].map((schema) =>
  connectionTarget({ url: 'postgres://127.0.0.1/none', schema, process: 'abcdef', statementTimeoutMs: 1_000 }),
) as [Target, Target, Target]
type Target = ReturnType<typeof connectionTarget>

const room = (max: number): ServerRoom => ({ limits: [{ max, others: 0, processes: 1 }] })

test('schemas that the server has no room for are not admitted, and take nothing from those that are opened instead', () => {
  const server = new PostgresServer(8)
  assert.throws(() => server.admit(room(3), [a, b, c], log), { code: 'unavailable', message: /has 3 connections.* which needs 4/ })
  assert.equal(server.hasAdmitted([a]), false)
  server.admit(room(3), [b, c], log)
  assert.equal(server.hasAdmitted([b, c]), true)
  assert.equal(server.hasAdmitted([a, b]), false)
})

test('the limit that is told at start is the one that the share comes from', () => {
  const said: unknown[] = []
  const limits: ServerRoom['limits'] = [
    { max: 60, others: 0, processes: 2 },
    { max: 34, others: 0, processes: 1 },
  ]
  new PostgresServer(20).admit({ limits }, [a], { ...log, warn: (_, fields) => said.push(fields), info: (_, fields) => said.push(fields) })
  assert.partialDeepStrictEqual(said, [{ connections: 17, limit: 34, processes: 1 }])
})
