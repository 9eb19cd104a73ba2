import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CommitTurns } from './commit-turns.ts'

/** Stores by name with how many transactions wait there, and a loop whose turns are taken by hand. */
function aProcess(waiting: Record<string, number>) {
  const began: string[] = []
  const scheduled: (() => void)[] = []
  const turns = new CommitTurns({ soon: (callback) => void scheduled.push(callback) })
  const ask = (name: string, again = false): void =>
    turns.ask({
      get waiting() {
        return waiting[name] ?? 0
      },
      begin() {
        began.push(name)
        if (again) ask(name, true)
      },
    })
  return {
    ask,
    began,
    waiting,
    /** Runs what was scheduled before this turn. */
    turn() {
      for (const callback of scheduled.splice(0)) callback()
    },
    isIdle: () => scheduled.length === 0,
  }
}

test('in each turn one store commits, the one with the most waiting transactions', () => {
  const at = aProcess({ users: 1, orders: 9, payments: 4 })
  for (const name of ['users', 'orders', 'payments']) at.ask(name)
  at.turn()
  assert.deepEqual(at.began, ['orders'])
  at.waiting['users'] = 5 // more came while the others had their turn
  at.turn()
  at.turn()
  assert.deepEqual(at.began, ['orders', 'users', 'payments'])
  assert.ok(at.isIdle(), 'no turn is taken for nothing')
})

test('a lone store commits in the next turn, and of equals the one that asked first', () => {
  const at = aProcess({ users: 1, orders: 1 })
  at.ask('orders')
  at.turn()
  assert.deepEqual(at.began, ['orders'])
  at.ask('users')
  at.ask('orders')
  at.turn()
  assert.deepEqual(at.began, ['orders', 'users'])
})

test('a store with one transaction is passed over eight times and not more, however busy the others are', () => {
  const at = aProcess({ users: 1, orders: 50, payments: 40 })
  at.ask('orders', true)
  at.ask('payments', true)
  at.ask('users')
  for (let turn = 0; turn < 8; turn++) at.turn()
  assert.equal(at.began.includes('users'), false)
  for (let turn = 0; turn < 3; turn++) at.turn()
  assert.equal(at.began.filter((name) => name === 'users').length, 1)
})
