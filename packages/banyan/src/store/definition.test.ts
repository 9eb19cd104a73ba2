import assert from 'node:assert/strict'
import { test } from 'node:test'
import { noTables, sql, store, type StoreVariant, variantFor } from './definition.ts'
import type { Sql } from './sql.ts'

const SQLITE = { adapter: 'sqlite', engines: ['sql'] }
const MONGODB = { adapter: 'mongodb', engines: ['mongodb', 'documents'] }
const tables = { migrations: [{ id: '001', sql: '' }], repository: () => ({ stock: 'rows' }) }
const documents: StoreVariant<{ stock: string }> = { engine: 'documents', migrations: [], repository: () => ({ stock: 'documents' }) }

test('tables in SQL alone are the variant for SQL, and keep the plain SQL in reach', () => {
  const variant = variantFor('shop', store(tables), SQLITE)
  const handle = {} as Sql
  assert.equal(variant.migrations, tables.migrations)
  assert.deepEqual(variant.repository(handle as never), { stock: 'rows', sql: handle })
})

test('the adapter picks the variant that fits it best', () => {
  const both = store(sql(tables), documents)
  assert.equal(variantFor('shop', both, SQLITE).engine, 'sql')
  assert.equal(variantFor('shop', both, MONGODB).engine, 'documents')
  const native: StoreVariant<{ stock: string }> = { ...documents, engine: 'mongodb' }
  assert.equal(variantFor('shop', store(documents, native), MONGODB).engine, 'mongodb')
})

test('a store without a variant for the adapter is refused with what to write', () => {
  assert.throws(() => variantFor('shop', store(tables), MONGODB), /shop can be kept in "sql", and the store "mongodb" takes .*documents/)
  assert.throws(() => store(documents, documents), /two variants for "documents"/)
})

test('a service that keeps nothing fits every adapter', () => {
  assert.deepEqual(variantFor('shop', noTables, MONGODB).repository({} as never), {})
  assert.equal(variantFor('shop', noTables, SQLITE).engine, 'sql')
})
