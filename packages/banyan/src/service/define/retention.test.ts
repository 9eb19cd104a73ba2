import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BanyanError } from '../../kernel/error.ts'
import { type Retention, retentionPolicy } from './retention.ts'

test('a retention that cannot be honoured is refused', () => {
  for (const retention of [{ events: '1h' }, { sagas: -1 }] satisfies Retention[])
    assert.throws(
      () => retentionPolicy('shop', retention),
      (error: BanyanError) => error.code === 'misuse' && /retention/.test(error.message),
    )
})
