import assert from 'node:assert/strict'
import type { SagaProcess } from './saga-world.testsuite.ts'

/** What a saga must have brought about when it has ended. */
export interface Expected {
  readonly status: 'completed' | 'compensated' | 'stuck'
  /** Names of steps whose effect outside stands. */
  readonly standing: readonly string[]
  /** Entries of the service's own table, without the saga's id. Each stands exactly once. */
  readonly book: readonly string[]
}

/** Checks the promises that hold for every saga that has ended, however it got there. */
export async function audit(process: SagaProcess, id: string, expected: Expected): Promise<void> {
  const { world } = process
  const { saga, states } = await process.show(id)
  assert.equal(saga.status, expected.status, saga.failure ?? '')
  assert.equal(saga.owner, null)
  assert.deepEqual(world.violations, [])
  assert.deepEqual(world.participants.standing().toSorted(), expected.standing.map((name) => `${id}:${name}`).toSorted())
  assert.deepEqual(await process.book(), expected.book.map((entry) => `${id}:${entry}`).toSorted())
  if (saga.status !== 'stuck') assert.deepEqual(unreported(states, saga.status), [], 'terminal, but a step is neither done nor undone')
  auditOrder(world.participants.requests)
}

function unreported(states: Record<string, string>, status: string): string[] {
  const open = status === 'completed' ? ['started'] : ['started', 'done', 'unknown']
  return Object.entries(states)
    .filter(([, state]) => open.includes(state))
    .map(([name, state]) => `${name} ${state}`)
}

/** P8: nothing goes forward once something was undone; undone in the reverse order of the starts. */
function auditOrder(requests: readonly string[]): void {
  const firstUndo = requests.findIndex((request) => request.startsWith('undo '))
  if (firstUndo === -1) return
  const after = requests.slice(firstUndo)
  assert.ok(
    after.every((request) => request.startsWith('undo ')),
    `something went forward after the rollback began: ${requests.join(', ')}`,
  )
  const started = [...new Set(requests.slice(0, firstUndo).map((request) => request.slice(3)))]
  const undone = [...new Set(after.map((request) => request.slice(5)))].filter((key) => started.includes(key))
  const order = started.filter((key) => undone.includes(key)).toReversed()
  assert.deepEqual(undone, order, `undone in another order than the reverse of the starts: ${requests.join(', ')}`)
}
