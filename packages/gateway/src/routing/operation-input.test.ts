import assert from 'node:assert/strict'
import { test } from 'node:test'
import { command, query, Type } from 'banyan'
import type { OperationDefinition } from 'banyan/contract'
import { BanyanError } from 'banyan/kernel'
import { inputPlan, type InputParts } from './operation-input.ts'

const search = query('GET /api/products/:category', {
  input: Type.Object({
    category: Type.String(),
    q: Type.Optional(Type.String()),
    limit: Type.Optional(Type.Integer({ minimum: 1 })),
    price: Type.Optional(Type.Number()),
    inStock: Type.Optional(Type.Boolean()),
    tag: Type.Optional(Type.Array(Type.String())),
    size: Type.Optional(Type.Array(Type.Integer())),
    status: Type.Optional(Type.Enum(['new', 'old'])),
    until: Type.Optional(Type.Union([Type.Integer(), Type.Null()])),
    level: Type.Optional(Type.Union([Type.Literal(1), Type.Literal(2)])),
    filter: Type.Optional(Type.Object({ a: Type.String() })),
  }),
  output: Type.Object({}),
  access: 'public',
})
const update = command('PUT /api/users/:id', {
  input: Type.Object({ id: Type.Integer(), version: Type.Integer(), name: Type.Optional(Type.String()) }),
  output: Type.Object({}),
  access: 'public',
  ifMatch: 'version',
})
const create = command('POST /api/users', { input: Type.Object({ name: Type.String() }), output: Type.Object({}), access: 'public' })

const assemble = (operation: OperationDefinition, parts: Partial<InputParts>): object =>
  inputPlan(operation).assemble({ values: [], search: '', ifMatch: undefined, body: {}, ...parts })

function wrong(operation: OperationDefinition, parts: Partial<InputParts>): BanyanError {
  try {
    assemble(operation, parts)
  } catch (thrown) {
    if (thrown instanceof BanyanError) return thrown
  }
  return assert.fail('was not refused')
}
const ofSearch = (text: string): object => assemble(search, { values: ['cups'], search: text })

test('reads the query string into the types of the schema', () => {
  assert.deepEqual(ofSearch('q=5&limit=5&price=-1.5e2&inStock=false&tag=a&tag=b%26c&size=1&size=2&status=new&until=7&level=2'), {
    category: 'cups',
    q: '5',
    limit: 5,
    price: -150,
    inStock: false,
    tag: ['a', 'b&c'],
    size: [1, 2],
    status: 'new',
    until: 7,
    level: 2,
  })
  assert.deepEqual(ofSearch('tag=one'), { category: 'cups', tag: ['one'] })
  assert.deepEqual(ofSearch('q=a+b%20c&&&unknown=1&utm_source'), { category: 'cups', q: 'a b c' })
  assert.deepEqual(ofSearch('q'), { category: 'cups', q: '' })
})

test('names each field whose text has the wrong type', () => {
  const error = wrong(search, { values: ['cups'], search: 'limit=abc&inStock=yes&price=0x10&until=null&size=1&size=x&filter=a' })
  assert.equal(error.code, 'invalid_argument')
  assert.deepEqual(error.fields, [
    { path: '/limit', expected: 'must be an integer' },
    { path: '/inStock', expected: 'must be true or false' },
    { path: '/price', expected: 'must be a number' },
    { path: '/until', expected: 'must be an integer' },
    { path: '/size', expected: 'must be an integer' },
    { path: '/filter', expected: 'cannot be given here; send it in the body' },
  ])
})

test('refuses numbers that JavaScript would read differently', () => {
  for (const text of ['1e3', '1.0', ' 1', '01', '+1', '9007199254740993', '', 'Infinity', '١'])
    assert.equal(wrong(search, { values: ['cups'], search: `limit=${encodeURIComponent(text)}` }).fields?.[0]?.path, '/limit', text)
  for (const text of ['1e999', 'NaN', '1_000', '.5', '5.'])
    assert.equal(wrong(search, { values: ['cups'], search: `price=${text}` }).fields?.[0]?.path, '/price', text)
})

test('refuses a single value that is given twice', () => {
  assert.deepEqual(wrong(search, { values: ['cups'], search: 'limit=1&limit=2' }).fields, [
    { path: '/limit', expected: 'must be given once' },
  ])
})

test('refuses a query string that cannot be decoded or has no end', () => {
  assert.equal(wrong(search, { values: ['cups'], search: 'q=%C3%28' }).code, 'invalid_argument')
  assert.equal(wrong(search, { values: ['cups'], search: 'tag=a&'.repeat(101) }).code, 'invalid_argument')
})

test('refuses a path parameter of the wrong type or encoding', () => {
  assert.deepEqual(wrong(update, { values: ['x'], body: { version: 1 } }).fields, [{ path: '/id', expected: 'must be an integer' }])
  assert.deepEqual(wrong(search, { values: ['%ff'] }).fields, [{ path: '/category', expected: 'must be percent-encoded UTF-8' }])
})

test('merges path, If-Match and body, and refuses contradictions', () => {
  assert.deepEqual(assemble(update, { values: ['7'], ifMatch: '"3"', body: { name: 'Ann' } }), { id: 7, version: 3, name: 'Ann' })
  assert.deepEqual(assemble(update, { values: ['7'], body: { id: 7, version: 3 } }), { id: 7, version: 3 })
  assert.deepEqual(
    wrong(update, { values: ['7'], ifMatch: '"3"', body: { id: 8, version: 4 } }).fields?.map(({ path }) => path),
    ['/id', '/version'],
  )
  assert.deepEqual(
    wrong(create, { search: 'name=Bob', body: { name: 'Ann' } }).fields?.map(({ path }) => path),
    ['/name'],
  )
})

test('takes a field of a list from the body only when the query string has none', () => {
  assert.equal(wrong(search, { values: ['cups'], search: 'tag=a', body: { tag: ['b'] } }).code, 'invalid_argument')
})

test('wants one strong ETag', () => {
  for (const header of ['W/"3"', '*', '3', '"3", "4"', '"x"', '""'])
    assert.equal(wrong(update, { values: ['7'], ifMatch: header }).code, 'invalid_argument', header)
})

test('asks for the version where it is needed, and refuses If-Match where it would be ignored', () => {
  assert.equal(wrong(update, { values: ['7'] }).code, 'precondition_required')
  assert.equal(wrong(create, { ifMatch: '"3"', body: { name: 'Ann' } }).code, 'invalid_argument')
  assert.deepEqual(assemble(search, { values: ['cups'], ifMatch: '"3"' }), { category: 'cups' })
})
