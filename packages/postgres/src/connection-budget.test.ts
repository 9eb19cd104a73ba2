import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type BudgetMember, ConnectionBudget } from './connection-budget.ts'

const never = (): boolean => false

function takeAll(member: BudgetMember): number {
  let count = 0
  while (count < 100 && member.take()) count++
  return count
}

test('each service has one place that no other can take, and they share the rest', () => {
  const budget = new ConnectionBudget()
  const pools = Array.from({ length: 3 }, () => budget.join({ reserved: 1, closeIdle: never }))
  budget.max = 6
  assert.deepEqual(pools.map(takeAll), [4, 1, 1])
})

test('a place that comes free is offered to who has waited longest, once', () => {
  const budget = new ConnectionBudget()
  const [first, second, third] = Array.from({ length: 3 }, () => budget.join({ reserved: 0, closeIdle: never })) as [
    BudgetMember,
    BudgetMember,
    BudgetMember,
  ]
  budget.max = 1
  assert.equal(first.take(), true)
  const told: string[] = []
  second.want(() => told.push(`second ${second.take()}`))
  third.want(() => told.push(`third ${third.take()}`))
  first.give()
  assert.deepEqual(told, ['second true'])
  second.give()
  assert.deepEqual(told, ['second true', 'third true'])
})

test('nobody who comes later takes what is offered to another, and who gives a place up gets it back last', () => {
  const budget = new ConnectionBudget()
  const busy = budget.join({ reserved: 1, closeIdle: never })
  const late = budget.join({ reserved: 0, closeIdle: never })
  const newcomer = budget.join({ reserved: 0, closeIdle: never })
  budget.max = 2
  assert.equal(takeAll(busy), 2)
  const told: string[] = []
  busy.want(() => told.push(`busy ${busy.take()}`))
  late.want(() => told.push(`late ${newcomer.take()} ${late.take()}`))
  busy.give()
  assert.deepEqual(told, ['late false true'])
})

test('who waits makes another close what it does not use, never its last one', () => {
  const budget = new ConnectionBudget()
  let idle = 3
  const rich = budget.join({
    reserved: 1,
    closeIdle() {
      if (idle-- <= 0) return false
      rich.give()
      return true
    },
  })
  const poor = budget.join({ reserved: 0, closeIdle: never })
  budget.max = 3
  assert.equal(takeAll(rich), 3)
  let served = 0
  for (let want = 0; want < 3; want++) {
    if (poor.take()) served++
    else poor.want(() => poor.take() && served++)
  }
  assert.equal(served, 2)
  assert.equal(rich.excess(false), true)
  assert.equal(rich.excess(true), false, 'it has fewer')
  assert.equal(poor.excess(false), false)
})

test('a server that gives less closes what is idle, and tells the others that they are too many', () => {
  const budget = new ConnectionBudget()
  let idle = 2
  const pool = budget.join({
    reserved: 1,
    closeIdle() {
      if (idle-- <= 0) return false
      pool.give()
      return true
    },
  })
  assert.equal(takeAll(pool), 100)
  budget.max = 97
  assert.equal(pool.excess(true), true)
  budget.max = 98
  assert.equal(pool.excess(true), false)
  assert.equal(pool.take(), false)
})

test('there is room for more than is needed only where each service can have two', () => {
  const budget = new ConnectionBudget()
  for (let service = 0; service < 7; service++) budget.join({ reserved: 1, closeIdle: never })
  assert.equal(budget.ample, true, 'before the server was asked')
  budget.max = 15
  assert.equal(budget.ample, false)
  budget.max = 16
  assert.equal(budget.ample, true)
})

test('of two that both wait the one with more gives up, one at a time, until they have the same; then nothing is closed any more', () => {
  const budget = new ConnectionBudget()
  const [rich, poor] = [1, 2].map(() => budget.join({ reserved: 1, closeIdle: never })) as [BudgetMember, BudgetMember]
  budget.max = 8
  const open = { rich: takeAll(rich), poor: takeAll(poor) }
  assert.deepEqual(open, { rich: 7, poor: 1 })
  const more = (member: BudgetMember, name: keyof typeof open): void => {
    while (member.take()) open[name]++
    member.want(() => more(member, name))
  }
  more(rich, 'rich')
  more(poor, 'poor')
  let closed = 0
  while (rich.excess(true)) {
    const give = rich.closing()
    assert.equal(rich.excess(true), false, 'one is being closed already')
    open.rich--
    closed++
    give()
  }
  assert.deepEqual({ ...open, closed }, { rich: 4, poor: 4, closed: 3 })
  assert.equal(poor.excess(true), false)
})

test('who asks again while it waits takes no more from others', () => {
  const budget = new ConnectionBudget()
  let closing = 0
  const other = budget.join({ reserved: 1, closeIdle: () => ++closing > 0 })
  const busy = budget.join({ reserved: 1, closeIdle: never })
  budget.max = 9
  assert.deepEqual([takeAll(other), takeAll(busy)], [8, 1])
  for (let call = 0; call < 50; call++) busy.want(() => {})
  assert.equal(closing, 1)
})
