import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock } from 'banyan/kernel'
import { ConnectionBudget } from './connection-budget.ts'
import { connectionTarget } from './connection-target.ts'
import { SequencerSessions } from './sequencer-sessions.ts'
import { Session } from './session.ts'
import type { SessionPool } from './session-pool.ts'

const target = connectionTarget({ url: 'postgres://127.0.0.1/none', schema: 'test', process: 'abcdef', statementTimeoutMs: 1_000 })

test('two that find no connection at the same time open one, and the end waits for it', async (t) => {
  const connecting = Promise.withResolvers<Session>()
  const connect = t.mock.method(Session, 'connect', () => connecting.promise)
  const ended: string[] = []
  const session = { dead: false, whenGone: () => {}, end: () => Promise.resolve(void ended.push('end')) } as unknown as Session
  const clock = systemClock()
  const budget = new ConnectionBudget()
  const pool = { acquire: () => assert.fail('it borrows nothing') } as unknown as SessionPool
  const sessions = new SequencerSessions({ target, clock, pool, budget })
  const uses = [1, 2].map(() => sessions.use((own) => Promise.resolve(own)))
  const end = sessions.end()
  connecting.resolve(session)
  assert.deepEqual(await Promise.all(uses), [session, session])
  await end
  assert.equal(connect.mock.callCount(), 1)
  assert.deepEqual(ended, ['end'])
})

test('after the end nothing is opened: a message to other processes that comes late leaves no connection behind', async (t) => {
  const connect = t.mock.method(Session, 'connect', () => assert.fail('nobody would close it'))
  const pool = { acquire: () => assert.fail('it borrows nothing') } as unknown as SessionPool
  const sessions = new SequencerSessions({ target, clock: systemClock(), pool, budget: new ConnectionBudget() })
  await sessions.end()
  await assert.rejects(
    sessions.use((own) => Promise.resolve(own)),
    /the sequencer has stopped/,
  )
  assert.equal(connect.mock.callCount(), 0)
})
