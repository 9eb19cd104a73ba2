import assert from 'node:assert/strict'
import { test } from 'node:test'
import { millisecondSetting } from './millisecond-setting.ts'

test('reads whole milliseconds within their bounds, and says which they are', () => {
  const read = (text: string | undefined, max?: number): number =>
    millisecondSetting({ WAIT_MS: text }, 'WAIT_MS', { byDefault: 7, min: 5, ...(max === undefined ? {} : { max }) })
  assert.deepEqual([read(undefined), read(''), read('5'), read('9', 9)], [7, 7, 5, 9])
  for (const wrong of ['4', '-5', '5.5', 'soon', 'Infinity', '1e99'])
    assert.throws(() => read(wrong), { code: 'misuse', message: `WAIT_MS is "${wrong}"; give whole milliseconds, at least 5` })
  assert.throws(() => read('10', 9), { message: 'WAIT_MS is "10"; give whole milliseconds from 5 to 9' })
})
