import assert from 'node:assert/strict'
import { test } from 'node:test'
import { columnsWith } from './columns.ts'

test('puts expressions in the place of columns, wherever they stand', () => {
  assert.equal(columnsWith('id, data,\n  more', { data: 'NULL AS data', more: '1 AS more' }), 'id, NULL AS data, 1 AS more')
  assert.equal(columnsWith('data', { data: "'' AS data" }), "'' AS data")
})

test('refuses a column that is not there', () => {
  assert.throws(() => columnsWith('id, metadata', { data: 'NULL AS data' }), {
    code: 'misuse',
    message: /no column "data" in id, metadata/,
  })
})
