import assert from 'node:assert/strict'
import { test } from 'node:test'
import { apartEnd } from './apart.ts'
import { ApartTurns } from './apart-turns.ts'

/** A clock whose timers fire when the test says so. */
function aClock() {
  const timers: (() => void)[] = []
  const clock = {
    now: () => 0,
    monotonic: () => 0,
    soon: () => {},
    setTimer: (_ms: number, run: () => void) => (timers.push(run), () => {}),
  }
  return { clock, fire: (index: number) => timers[index]?.() }
}

test('a third read waits for its turn, and gets it when one of two has ended', async () => {
  const { clock } = aClock()
  const turns = new ApartTurns()
  await turns.take(apartEnd(clock))
  await turns.take(apartEnd(clock))
  let isThird = false
  const third = turns.take(apartEnd(clock)).then(() => (isThird = true))
  await Promise.resolve()
  assert.equal(isThird, false)
  turns.release()
  await third
})

test('the time of a read passes while it waits, and one that gave up takes no turn', async () => {
  const { clock, fire } = aClock()
  const turns = new ApartTurns()
  await turns.take(apartEnd(clock))
  await turns.take(apartEnd(clock))
  const third = turns.take(apartEnd(clock, { timeoutMs: 500 }))
  const fourth = turns.take(apartEnd(clock))
  fire(2)
  await assert.rejects(third, { code: 'deadline_exceeded', message: /0\.5 s/ })
  turns.release()
  await fourth
})

test('a turn that comes in the moment in which its read ends goes to the next', async () => {
  const { clock, fire } = aClock()
  const turns = new ApartTurns()
  await turns.take(apartEnd(clock))
  await turns.take(apartEnd(clock))
  const third = turns.take(apartEnd(clock))
  const fourth = turns.take(apartEnd(clock))
  fire(2)
  turns.release()
  await assert.rejects(third, { code: 'deadline_exceeded' })
  await fourth
})

test('too many waiting reads are refused', async () => {
  const { clock } = aClock()
  const turns = new ApartTurns()
  const taken = Array.from({ length: 34 }, () => turns.take(apartEnd(clock)))
  await assert.rejects(turns.take(apartEnd(clock)), { code: 'overloaded' })
  for (const turn of taken) {
    await turn
    turns.release()
  }
})

test('nobody begins a read whose signal has aborted', () => {
  const { clock } = aClock()
  assert.throws(() => apartEnd(clock, { signal: AbortSignal.abort() }), { code: 'cancelled' })
})
