import assert from 'node:assert/strict'
import { test } from 'node:test'
import { migrationChecksum, type MigrationPlanInput, planMigrations } from './migration-plan.ts'
import { toolkitMigrations } from './schema.ts'

const STOCK = { id: '001-stock', sql: 'CREATE TABLE stock (sku TEXT)' }
const HOLDS = { id: '002-holds', sql: { sqlite: 'CREATE TABLE hold (a)', postgres: 'CREATE TABLE hold (a TEXT)' } }

function plan(overrides: Partial<MigrationPlanInput> = {}) {
  return planMigrations({ where: 'data/stock.db', dialect: 'sqlite', migrations: [STOCK, HOLDS], applied: [], ...overrides })
}
const asApplied = (pending: ReturnType<typeof plan>) => pending.map(({ id, checksum }) => ({ id, checksum }))

test('an empty database gets the toolkit’s tables first, then the service’s, in its dialect', () => {
  const pending = plan()
  assert.deepEqual(
    pending.map(({ id }) => id),
    [...toolkitMigrations.map(({ id }) => id), '001-stock', '002-holds'],
  )
  assert.equal(pending.at(-1)?.script, 'CREATE TABLE hold (a)')
  assert.equal(plan({ dialect: 'postgres' }).at(-1)?.script, 'CREATE TABLE hold (a TEXT)')
})

test('a database that has everything gets nothing', () => {
  assert.deepEqual(plan({ applied: asApplied(plan()) }), [])
})

test('a new migration of the toolkit may come after migrations of the service ran', () => {
  const applied = asApplied(plan()).filter(({ id }) => id !== toolkitMigrations.at(-1)?.id)
  assert.deepEqual(
    plan({ applied }).map(({ id }) => id),
    [toolkitMigrations.at(-1)?.id],
  )
})

test('line ends and surrounding blanks do not change a checksum, anything else does', () => {
  assert.equal(migrationChecksum('CREATE\r\nTABLE a\r\n'), migrationChecksum('\nCREATE\nTABLE a'))
  assert.notEqual(migrationChecksum('CREATE TABLE a'), migrationChecksum('CREATE TABLE b'))
})

test('what does not fit is refused with the name of the database and what to do', () => {
  const applied = asApplied(plan())
  assert.throws(() => plan({ migrations: [STOCK], applied }), /data\/stock\.db is newer.*"002-holds".*newer version/)
  assert.throws(() => plan({ migrations: [{ ...STOCK, sql: 'edited' }, HOLDS], applied }), /"001-stock".*was edited.*put its old text back/)
  assert.throws(
    () => plan({ migrations: [{ id: '000', sql: 'x' }, STOCK, HOLDS], applied }),
    /"000" stands before "001-stock".*end of the list/,
  )
  assert.throws(() => plan({ migrations: [STOCK, STOCK] }), /two migrations are named "001-stock"/)
  assert.throws(() => plan({ migrations: [{ id: 'banyan-001', sql: 'x' }] }), /rename it/)
})
