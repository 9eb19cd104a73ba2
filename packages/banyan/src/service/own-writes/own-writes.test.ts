import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Scope } from '../../call/scope.ts'
import type { ReadModel } from '../reaction/read-model.ts'
import { ANONYMOUS } from '../../contract/access.ts'
import { systemClock } from '../../kernel/clock.ts'
import { createOwnWrites } from './own-writes.ts'

/** A projection of the shop's events that has read them up to `position`. */
class Behind implements ReadModel {
  readonly sources = ['shop']
  position = 0
  async readUpTo(): Promise<number> {
    return this.position
  }
  async positionOf(_source: string, token: string): Promise<number> {
    return Number(token)
  }
}

const clock = systemClock()
const scopeWith = (more: Partial<Scope>): Scope => ({ principal: ANONYMOUS, deadline: { at: clock.now() + 10_000 }, ...more }) as Scope
const writes = [{ service: 'shop', token: '5' }]

test('a query waits until it sees the write, and at once where it reads nothing of that log', async () => {
  const model = new Behind()
  const { see } = createOwnWrites(clock)
  const scope = scopeWith({ after: { writes } })
  let seen = false
  const waiting = see(model, scope).then(() => (seen = true))
  await see(model, scopeWith({ after: { writes: [{ service: 'users', token: '9' }] } }))
  assert.equal(seen, false)
  model.position = 5
  await waiting
  await see(model, scopeWith({}))
})

test('whoever took the request in gives the places, and has them back; nobody else is asked', async () => {
  const model = new Behind()
  let places = 0
  const enter = (): (() => void) => {
    places++
    return () => void places--
  }
  const waiting = createOwnWrites(clock).see(model, scopeWith({ after: { writes, enter } }))
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(places, 1)
  model.position = 5
  await waiting
  assert.equal(places, 0)
})

test('a request that another process took in is bounded here, by the address that it came from', async () => {
  const model = new Behind()
  const { see } = createOwnWrites(clock)
  const from = (origin: string) => see(model, scopeWith({ origin, after: { writes } }))
  const waiting = Array.from({ length: 32 }, () => from('10.0.0.1'))
  await assert.rejects(from('10.0.0.1'), { code: 'overloaded' })
  const other = from('10.0.0.2')
  model.position = 5
  await Promise.all([...waiting, other])
  await from('10.0.0.1')
})

test('a request that nobody waits for any more stops waiting', async () => {
  let gone = false
  const waiting = createOwnWrites(clock).see(new Behind(), scopeWith({ after: { writes }, abandoned: () => gone }))
  gone = true
  await assert.rejects(waiting, { code: 'cancelled' })
})
