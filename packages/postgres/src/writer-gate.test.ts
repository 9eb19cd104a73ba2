import assert from 'node:assert/strict'
import { test } from 'node:test'
import { WriterGate } from './writer-gate.ts'

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('many enter side by side at once', () => {
  const gate = new WriterGate()
  assert.equal(gate.enterShared(), undefined)
  assert.equal(gate.enterShared(), undefined)
})

test('one that runs alone waits for those inside and keeps later ones out', async () => {
  const gate = new WriterGate()
  const order: string[] = []
  assert.equal(gate.enterShared(), undefined)
  void gate.enterAlone()?.then(() => order.push('alone'))
  void gate.enterShared()?.then(() => order.push('later'))
  await turn()
  assert.deepEqual(order, [])
  gate.leaveShared()
  await turn()
  assert.deepEqual(order, ['alone'])
  gate.leaveAlone()
  await turn()
  assert.deepEqual(order, ['alone', 'later'])
  gate.leaveShared()
  assert.equal(gate.enterAlone(), undefined)
})
