import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRuntime, systemClock } from 'banyan/kernel'
import type { StoreTransaction, Sql } from 'banyan/store'
import { connectionTarget } from './connection-target.ts'
import type { Part } from './frontend-messages.ts'
import { GroupWriter } from './group-writer.ts'
import type { Session } from './session.ts'
import type { SessionPool } from './session-pool.ts'
import { StatementTexts } from './statement-text.ts'
import { anEvent } from './test-server.ts'
import type { PartResult } from './wire-batch.ts'

/** A writer of one lane on a server that answers everything at once; time passes only by `pass`. */
function aWriter() {
  let now = 0
  /** Statements of members in each group that was committed. */
  const groups: number[] = []
  let statements = 0
  const answer = ({ text, name, values }: Part): PartResult => {
    if (text.startsWith('UPDATE')) statements++
    if (text === 'COMMIT') groups.push(statements)
    if (text === 'COMMIT') statements = 0
    const events = name === 'insert-event' ? 1 : name === 'insert-events' ? (values[0] as unknown as unknown[]).length : 0
    return { rows: Array.from({ length: events }, (_, number) => ({ number })), changed: 1, tag: text }
  }
  const session = {
    dead: false,
    send: async (parts: readonly Part[], partly?: (done: PartResult[]) => void): Promise<PartResult[]> => {
      const results = parts.map(answer)
      partly?.(results)
      return results
    },
  } as unknown as Session
  const clock = { ...systemClock(), monotonic: () => now }
  const target = connectionTarget({ url: 'postgres://127.0.0.1/none', schema: 'test', process: 'abcdef', statementTimeoutMs: 1_000 })
  const writer = new GroupWriter({
    pool: { acquire: async () => session, release: () => {}, isSilentSince: () => false } as unknown as SessionPool,
    context: { service: 'test', target, texts: new StatementTexts(), clock },
    runtime: { ...createRuntime(), clock },
    writers: 1,
    schemaHash: 1,
    committedEvents: () => {},
  })
  const pass = (ms: number): void => void (now += ms)
  return { groups, pass, all: (count: number, body: Body) => Promise.all(Array.from({ length: count }, () => writer.transaction(body))) }
}
type Body = (tx: StoreTransaction<Sql>) => Promise<unknown>

const update = (tx: StoreTransaction<Sql>): Promise<number> => tx.database.run('UPDATE thing SET n = n + 1')

test('transactions that are quick share a COMMIT, 32 of them at most', async () => {
  const { groups, all } = aWriter()
  await all(40, update)
  assert.deepEqual(groups, [32, 8])
})

test('a group that has taken 15 ms commits what it has', async () => {
  const { groups, pass, all } = aWriter()
  await all(7, async (tx) => {
    await update(tx)
    pass(6)
  })
  assert.deepEqual(groups, [3, 3, 1])
})

test('a group whose events would hold the loop commits what it has', async () => {
  const { groups, all } = aWriter()
  await all(7, async (tx) => {
    await update(tx)
    for (let count = 0; count < 400; count++) tx.emit(anEvent('k'))
  })
  assert.deepEqual(groups, [3, 3, 1])
})

test('a group whose events fill the memory commits what it has', async () => {
  const { groups, all } = aWriter()
  const text = 'x'.repeat(1_000_000)
  await all(7, async (tx) => {
    await update(tx)
    for (let count = 0; count < 3; count++) tx.emit(anEvent('k', { text }))
  })
  assert.deepEqual(groups, [3, 3, 1])
})
