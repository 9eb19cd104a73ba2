// The gate for the shop's statements: whatever a request, a consumer, a saga or a figure asks a store while others wait is bounded by what it
// answers, not by what the shop holds. Steps of SQLite are compared at three sizes, not times. What has no bound runs apart, so it is not seen here.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sqliteStores } from 'banyan/store/sqlite'
import { watchStatements } from '../tests/support/statement-steps.ts'
import { growingStatements, SIZES } from './statement-growth.ts'

/** Steps of SQLite's machine that nobody has to explain. */
const SLACK = 500

test('no statement that others wait for costs more because the shop holds more', async () => {
  const growing = await growingStatements({
    open: async () => ({ put: async (directory) => sqliteStores({ directory }), [Symbol.asyncDispose]: async () => {} }),
    watch: watchStatements,
    slack: SLACK,
  })
  assert.deepEqual(growing, [], `steps of one execution with ${SIZES.join(', ')} products, orders, users, parked events and waiting sagas`)
})
