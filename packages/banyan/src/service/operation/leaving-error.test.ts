import assert from 'node:assert/strict'
import { test } from 'node:test'
import { command, declareError, failure, Type } from '../../contract/index.ts'
import { BanyanError, ERROR_CODES, type ErrorCode } from '../../kernel/index.ts'
import { leavingError } from './leaving-error.ts'

const definition = command('POST /api/purchases', {
  input: Type.Object({}),
  output: Type.Null(),
  access: 'public',
  errors: {
    sold_out: declareError(410, Type.Object({ sku: Type.String() })),
    not_found: declareError(404, Type.Object({ sku: Type.String() })),
    busy: declareError(503, Type.Object({}), 'safe'),
  },
})
const leaving = (thrown: unknown): BanyanError => leavingError({ definition, label: 'shop.buy' }, thrown)

test('what the operation declares leaves with its data, and with status and retry advice of the contract', () => {
  const failed = failure(definition.errors, 'sold_out', { sku: 'a' })
  assert.deepEqual(leaving(failed), failed)
  const row = { sku: 'a', cost: 3 }
  assert.deepEqual(leaving(failure(definition.errors, 'sold_out', row)).data, { sku: 'a' })
  const thrown = leaving(new BanyanError('sold_out', 'gone', { data: { sku: 'a' } }))
  assert.deepEqual([thrown.status, thrown.retry, thrown.declared, thrown.data, thrown.message], [410, 'never', true, { sku: 'a' }, 'gone'])
  assert.deepEqual([leaving(new BanyanError('busy', 'later', { data: {} })).retry], ['safe'])
})

test('what is declared by a code of the platform stays declared: it may be a later release that took the code', () => {
  const declared = leaving(failure(definition.errors, 'not_found', { sku: 'a' }))
  assert.deepEqual([declared.declared, declared.data], [true, { sku: 'a' }])
  const platforms = new BanyanError('not_found', 'there is no such thing')
  assert.equal(leaving(platforms), platforms)
})

test('data that does not fit the declaration is our mistake, with the wrong fields as its cause', () => {
  for (const wrong of [failure(definition.errors, 'sold_out', { sku: 7 }), new BanyanError('sold_out', 'gone')]) {
    const { code, status, declared, data, cause } = leaving(wrong)
    assert.deepEqual([code, status, declared, data], ['internal', 500, false, undefined])
    assert.ok(cause instanceof BanyanError && /sku must be|the whole must be/.test(cause.message), String(cause))
  }
})

test('a code that no contract knows is our mistake', () => {
  const thrown = new BanyanError('no_such_code', 'x', { data: { sku: 'a' }, declared: true })
  assert.deepEqual([leaving(thrown).code, leaving(thrown).cause], ['internal', thrown])
})

test('an error of a dependency is never its own, even where it declares the same code and data', () => {
  for (const code of ['sold_out', 'not_found', 'else_where', ...(Object.keys(ERROR_CODES) as ErrorCode[])]) {
    const left = leaving(new BanyanError(code, 'x', { data: { sku: 'a' }, declared: true, status: 410, from: 'stock.take' }))
    assert.deepEqual([left.code, left.declared, left.data], ['internal', false, undefined], code)
  }
})

test('the platform’s own errors leave as they are, everything else is opaque', () => {
  for (const code of Object.keys(ERROR_CODES)) assert.equal(leaving(new BanyanError(code, 'x')).code, code)
  const cause = new TypeError('x is not a function')
  assert.deepEqual([leaving(cause).code, leaving(cause).cause], ['internal', cause])
})
