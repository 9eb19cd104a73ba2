import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BanyanError } from '../../kernel/error.ts'
import { CAUSE_LENGTH_MAX } from '../../telemetry/cause-text.ts'
import { errorText } from './parking.ts'

test('a parked event says in its first line what its handler threw, and below it where', () => {
  const thrown = new TypeError('lines is\nundefined')
  const [first, second, third] = errorText(new BanyanError('internal', 'the handler failed', { cause: thrown })).split('\n')
  assert.equal(first, 'internal: TypeError: lines is undefined')
  assert.match(second ?? '', /^TypeError: lines is/)
  assert.match(errorText(new BanyanError('internal', 'x', { cause: thrown })), /\n\s+at .*parking\.test\.ts:\d+/)
  assert.ok(third)
})

test('a refusal that nothing caused is one line', () => {
  assert.equal(errorText(new BanyanError('unavailable', 'the bank is closed')), 'unavailable: the bank is closed')
})

test('what is kept is bounded, names nobody by their address, and can be stored', () => {
  const thrown = new Error(`no mail to ann@example.org\u0000${'x'.repeat(100_000)}`)
  const text = errorText(new BanyanError('internal', 'the handler failed', { cause: thrown }))
  assert.ok(text.length <= 2_000 + 1 + CAUSE_LENGTH_MAX, `${text.length}`)
  assert.doesNotMatch(text.slice(text.indexOf('\n')), /ann@example/)
  assert.ok(!text.includes('\u0000'))
})
