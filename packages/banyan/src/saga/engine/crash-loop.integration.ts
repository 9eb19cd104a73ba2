// A real process that dies by SIGKILL in every compensation, again and again, as on a machine that is out of memory.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sleep } from '../../kernel/clock.ts'
import { sqliteHarness } from '../../store/sqlite/sqlite-harness.testsuite.ts'
import { testClock } from '../../events/suite/consumer.fixtures.ts'
import { SagaChildren } from '../suite/saga-children.testsuite.ts'

/** Restarts of the loop, each killed at its next compensation, or a moment after its sagas run. */
const RESTARTS = 22
const LIFE_MS = 200
/** Three sagas, of which the last is declined and rolls back. */
const SAGAS = 3
const UNDO = 'saga.sagas.order.before-compensation'

test('P9: more kills in a row than a compensation has attempts, each during it, leave no saga stuck', async () => {
  await using children = await SagaChildren.create(sqliteHarness)
  assert.equal(await children.start({ count: SAGAS, strike: { point: UNDO, visit: 1 } }).ended, 'SIGKILL')
  for (let restart = 0; restart < RESTARTS; restart++) {
    const child = children.start({ strike: { point: UNDO, visit: 1 } })
    await Promise.race([child.ended, child.said('running').then(() => sleep(testClock, LIFE_MS))])
    child.process.kill('SIGKILL')
    await child.ended
  }
  const store = await children.open()
  const steps = await store.read((tx) => tx.sagas.steps(`s${SAGAS}`))
  await store.close()
  const attempts = Math.max(...steps.map(({ compensationAttempts }) => compensationAttempts))
  assert.ok(attempts >= 1 && attempts < RESTARTS / 2, `${attempts} attempts were counted in ${RESTARTS} restarts`)
  assert.equal(await children.start({}).ended, 0)
  await children.inspect()
})
