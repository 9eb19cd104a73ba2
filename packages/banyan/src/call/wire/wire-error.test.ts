import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BanyanError, ERROR_CODES, type ErrorCode } from '../../kernel/error.ts'
import { readProblem, wireProblem } from './wire-error.ts'

const parts = ({ code, message, status, retry, declared, from, fields, data, retryAfterMs }: BanyanError) => ({
  code,
  message,
  status,
  retry,
  declared,
  from,
  fields,
  data,
  retryAfterMs,
})
const overWire = (error: BanyanError) => readProblem(JSON.parse(wireProblem(error)))

test('every error of the platform, and a declared one, comes back with all its parts and without its cause', () => {
  const errors = (Object.keys(ERROR_CODES) as ErrorCode[]).map(
    (code) => new BanyanError(code, 'words', { from: 'a.b', cause: new Error('secret') }),
  )
  errors.push(
    new BanyanError('sold_out', 'none left', {
      declared: true,
      status: 410,
      retry: 'safe',
      data: { sku: 'a', list: [null] },
      from: 'a.b',
      retryAfterMs: 1.5,
    }),
    new BanyanError('invalid_argument', 'x', { fields: [{ path: '/a', expected: 'must be b' }] }),
    new BanyanError('unavailable', 'x', { declared: true, data: null, retry: 'never' }),
    new BanyanError('internal', 'x', { retry: 'safe', status: 503 }),
  )
  for (const error of errors) {
    const received = overWire(error)
    assert.deepEqual(received && [parts(received), received.cause], [parts(error), undefined])
  }
})

test('data that no wire carries is left out', () => {
  assert.equal(overWire(new BanyanError('sold_out', 'x', { declared: true, data: { at: new Date(0) } }))?.data, undefined)
})

test('a code of the platform that this version does not know is internal, and may have happened; a declared one is as it is', () => {
  const document = {
    code: 'quota_used_up',
    detail: 'too much',
    status: 429,
    retry: 'never',
    declared: false,
    from: 'a.b',
    retryAfterMs: 5,
    data: { a: 1 },
  }
  const unknown = readProblem(document)
  assert.deepEqual(
    [unknown?.code, unknown?.status, unknown?.retry, unknown?.from, unknown?.retryAfterMs, unknown?.data],
    ['internal', 500, 'unknown', 'a.b', 5, undefined],
  )
  const declared = readProblem({ ...document, declared: true })
  assert.deepEqual([declared?.code, declared?.status, declared?.retry, declared?.data], ['quota_used_up', 429, 'never', { a: 1 }])
})

test('what a newer process says of retrying that is not known may have happened; odd numbers and lists are let be', () => {
  const odd = readProblem({
    code: 'unavailable',
    detail: 'x',
    declared: false,
    retry: 'perhaps',
    status: 200,
    retryAfterMs: 'soon',
    errors: [1, { pointer: '/a' }],
    from: 7,
  })
  assert.deepEqual(odd && parts(odd), {
    code: 'unavailable',
    message: 'x',
    status: 503,
    retry: 'unknown',
    declared: false,
    from: undefined,
    fields: [],
    data: undefined,
    retryAfterMs: undefined,
  })
})

test('a document that does not say whether its error is declared is none of ours', () => {
  for (const document of [
    undefined,
    null,
    'x',
    [],
    {},
    { code: 'unavailable', detail: 'x' },
    { code: 'unavailable', detail: 'x', declared: 'no' },
  ])
    assert.equal(readProblem(document), undefined)
})
