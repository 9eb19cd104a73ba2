import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { nextTurn, systemClock } from './clock.ts'
import { systemCollectorPauses } from './collector-pauses.ts'

test('a collection is told of in the next turn, and once', async () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const pauses = systemCollectorPauses()
  const kept = Array.from({ length: 200_000 }, (_, index) => ({ index }))
  collect()
  await nextTurn(systemClock())
  const heldMs = pauses.takeMs()
  assert.ok(heldMs > 0 && kept.length > 0, `${heldMs} ms`)
})
