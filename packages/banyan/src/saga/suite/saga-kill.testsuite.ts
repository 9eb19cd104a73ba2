import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { StoreHarness } from '../../store/suite/store.testsuite.ts'
import { CHILD_SERVICE } from './saga-child.testsuite.ts'
import { SagaChildren } from './saga-children.testsuite.ts'
import { withoutCrashes } from '../../store/suite/store-harness.testsuite.ts'

/** Sagas that one process runs at a time; each has about a dozen fault points. */
const SAGAS = 9
const JOURNAL_POINTS = ['before-journal', 'after-journal', 'before-action', 'after-action'].map(
  (name) => `saga.${CHILD_SERVICE}.order.${name}`,
)
const UNDO_POINTS = ['before-compensation', 'after-compensation'].map((name) => `saga.${CHILD_SERVICE}.order.${name}`)
const STORE_POINTS = ['before-begin', 'before-commit', 'after-commit'].map((name) => `store.${CHILD_SERVICE}.${name}`)
/** The very start, the middle, and a long way into the story. */
const VISITS = [1, 7, 20]

/** P7, P8 under `kill -9`: a process is killed at a point of its sagas, the next perhaps as well, a third goes on; then everything is counted. */
export function testSagaKills(harness: StoreHarness): void {
  // Two at a time: children are mostly start-up and waits for a next attempt.
  suite('killed', { concurrency: 2 }, () => {
    for (const point of JOURNAL_POINTS) for (const visit of VISITS) kills(harness, point, visit)
    for (const point of STORE_POINTS) for (const visit of [1, 3, 6]) kills(harness, point, visit) // one commit serves many sagas
    for (const point of UNDO_POINTS) for (const visit of [1, 3]) kills(harness, point, visit)
  })
}

function kills(harness: StoreHarness, point: string, visit: number): void {
  test(
    `${harness.name}: P7 P8 killed at ${point}, visit ${visit}: every accepted saga ends, once, with nothing left over`,
    { skip: withoutCrashes(harness) },
    async () => {
      await using children = await SagaChildren.create(harness)
      assert.equal(await children.start({ count: SAGAS, strike: { point, visit } }).ended, 'SIGKILL')
      await children.start({ strike: { point, visit: 5 } }).ended // may be killed as well, if it comes so far
      assert.equal(await children.start({}).ended, 0)
      await children.inspect()
    },
  )
}
