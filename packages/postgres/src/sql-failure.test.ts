import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BanyanError } from 'banyan/kernel'
import { connectionTarget } from './connection-target.ts'
import { isConflict, isConnectionLoss, isStaleStatement, outcomeUnknown, toConnectError, toStatementError } from './sql-failure.ts'

const target = connectionTarget({ url: 'postgres://shop:hunter2@db/shop', schema: 'orders', process: 'abcdef', statementTimeoutMs: 10_000 })
const refused = (code: string, severity = 'ERROR', message = 'it broke'): Error => Object.assign(new Error(message), { code, severity })

const CASES: readonly [string, Error, string, 'never' | 'safe' | 'unknown'][] = [
  ['a full disk', refused('53100'), 'storage_full', 'safe'],
  ['a statement that took too long', refused('57014'), 'deadline_exceeded', 'safe'],
  ['a lock that did not come free', refused('55P03'), 'deadline_exceeded', 'safe'],
  ['a write in a snapshot', refused('25006'), 'misuse', 'never'],
  ['too many connections', refused('53300'), 'unavailable', 'safe'],
  ['an error of the disk', refused('58030'), 'unavailable', 'safe'],
  ['a typing mistake', refused('42601'), 'misuse', 'never'],
  ['a broken constraint', refused('23505'), 'internal', 'unknown'],
  ['the server going down', refused('57P01', 'FATAL'), 'unavailable', 'safe'],
  ['a cut connection', new Error('Connection terminated unexpectedly'), 'unavailable', 'safe'],
]
for (const [name, error, code, retry] of CASES) {
  test(`${name} becomes ${code}`, () => {
    const found = toStatementError(error, target, 'SELECT 1')
    assert.deepEqual([found.code, found.retry], [code, retry])
  })
}

test('what decides about another attempt is told apart', () => {
  assert.ok(isConflict(refused('40001')) && isConflict(refused('40P01')) && !isConflict(refused('23505')))
  assert.ok(isStaleStatement(refused('26000')) && isStaleStatement(refused('0A000', 'ERROR', 'cached plan must not change result type')))
  assert.ok(!isStaleStatement(refused('0A000', 'ERROR', 'cannot do that')))
  assert.ok(isConnectionLoss(new Error('ECONNRESET')) && isConnectionLoss(refused('57P01')) && !isConnectionLoss(refused('40001')))
  assert.ok(!isConnectionLoss(new BanyanError('misuse', 'x')) && !isConnectionLoss(undefined))
})

test('no message shows the password', () => {
  const leaky = refused('XX000', 'ERROR', 'connecting with hunter2')
  for (const error of [toStatementError(leaky, target), toConnectError(leaky, target), outcomeUnknown(new Error('hunter2'), target)]) {
    assert.ok(!error.message.includes('hunter2'), error.message)
  }
})
