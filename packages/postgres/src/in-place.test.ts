import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConnectionBudget } from './connection-budget.ts'
import { inPlace } from './in-place.ts'
import type { Session } from './session.ts'

test('a place is free again when the session could not be opened, and else when it is gone', async () => {
  const budget = new ConnectionBudget()
  const member = budget.join({ reserved: 0, closeIdle: () => false })
  budget.max = 1
  assert.equal(member.take(), true)
  await assert.rejects(inPlace(member, Promise.reject(new Error('no server'))), /no server/)
  assert.equal(member.take(), true)
  let gone = (): void => {}
  const session = { whenGone: (tell: () => void) => (gone = tell) } as unknown as Session
  assert.equal(await inPlace(member, Promise.resolve(session)), session)
  assert.equal(member.take(), false)
  gone()
  assert.equal(member.take(), true)
})
