import assert from 'node:assert/strict'
import { test } from 'node:test'
import { creationRefusal } from './data-directory.ts'

test('each way in which a file cannot be made is told with what to do', () => {
  const message = (code: string) => creationRefusal('data/orders.db', Object.assign(new Error(`${code}: open`), { code })).message
  assert.match(message('EACCES'), /data\/orders\.db cannot be created .*right to write/)
  assert.match(message('EROFS'), /read-only.*another data directory/)
  assert.match(message('ENOSPC'), /full.*free some space/)
  assert.match(message('EMFILE'), /check the path and the disk/)
})
