import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { PositionWindow } from './position-window.ts'

test('the watermark never passes an event that is not consumed, and reaches the head when all are', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 40 }), fc.nat(100), fc.array(fc.nat()), (handled, start, order) => {
      const window = new PositionWindow<{ position: number }>(start)
      const open = new Map<number, { position: number }>()
      handled.forEach((isHandled, index) => {
        const entry = { position: start + index + 1 }
        if (isHandled) {
          window.add(entry)
          open.set(entry.position, entry)
        } else window.readTo(entry.position)
      })
      const head = start + handled.length
      const expected = (): number => (open.size === 0 ? head : Math.min(...open.keys()) - 1)
      assert.equal(window.watermark, expected())
      for (const pick of [...order, ...handled.map(() => 0)]) {
        const entry = [...open.values()][pick % Math.max(1, open.size)]
        if (!entry) continue
        open.delete(entry.position)
        window.settle(entry)
        assert.equal(window.watermark, expected())
        assert.equal(window.size, open.size)
      }
      assert.equal(window.watermark, head)
    }),
  )
})
