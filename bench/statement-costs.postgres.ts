// The gate of statement-costs.integration.ts on PostgreSQL: rows that it reads in tables and indexes are compared, not times.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { watchStatementRows } from '@banyan/postgres/testsuite'
import { shopsOnPostgres } from './shop-on-postgres.ts'
import { growingStatements, SIZES } from './statement-growth.ts'

/** Rows that nobody has to explain. */
const SLACK = 200

test('no statement that others wait for makes PostgreSQL read more because the shop holds more', async () => {
  const growing = await growingStatements({ open: shopsOnPostgres, watch: watchStatementRows, slack: SLACK })
  assert.deepEqual(growing, [], `rows of one execution with ${SIZES.join(', ')} products, orders, users, parked events and waiting sagas`)
})
