import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock } from '../../kernel/clock.ts'
import type { NetworkRequest } from '../network.ts'
import { testNetwork } from '../suite/network.testsuite.ts'
import { memoryNetwork } from './memory-network.ts'
import type { Fate, Trip } from './passage.ts'

const clock = systemClock()

testNetwork('memory', async (time) => {
  const network = memoryNetwork({ clock: time })
  return {
    caller: network.process('caller'),
    callee: network.process('callee'),
    nowhere: 'memory:nowhere',
    async [Symbol.asyncDispose]() {},
  }
})

/** A network with a listener that counts, and what decides over its messages. */
async function counting(passage?: (trip: Trip) => Fate) {
  const network = memoryNetwork({ clock, ...(passage && { passage }) })
  const handled: string[] = []
  await network.process('callee').serve(async ({ path, body }) => {
    handled.push(`${path}${Buffer.from(await body.bytes()).toString()}`)
    return { status: 200 }
  })
  const ask = (more: Partial<NetworkRequest> = {}) =>
    network.process('caller').request({ address: 'memory:callee', path: '/x', timeoutMs: 2_000, ...more })
  return { network, handled, ask }
}

test('a message is refused, lost or broken as its fate says, and its sender hears what it could know', async () => {
  const fates: Fate[] = []
  const { handled, ask } = await counting(() => fates.shift() ?? {})
  fates.push({ end: 'refused' })
  await assert.rejects(ask(), { code: 'unavailable', retry: 'safe' })
  fates.push({ end: 'broken' })
  await assert.rejects(ask(), { code: 'outcome_unknown' })
  fates.push({ end: 'lost' })
  await assert.rejects(ask({ timeoutMs: 5 }), { code: 'deadline_exceeded', retry: 'unknown' })
  assert.deepEqual(handled, [])
  fates.push({}, { end: 'broken' })
  await assert.rejects(ask(), { code: 'outcome_unknown' })
  fates.push({}, { end: 'lost' })
  await assert.rejects(ask({ timeoutMs: 5 }), { code: 'deadline_exceeded', retry: 'unknown' })
  assert.deepEqual(handled, ['/x', '/x'])
})

test('messages overtake each other, and arrive twice', async () => {
  const delays: Fate[] = [{ delayMs: 30 }, { delayMs: 1 }]
  const { handled, ask } = await counting(({ leg }) => (leg === 'request' ? (delays.shift() ?? {}) : {}))
  await Promise.all([ask({ path: '/1' }), ask({ path: '/2' })])
  assert.deepEqual(handled, ['/2', '/1'])
  delays.push({ againMs: 1 })
  await ask({ path: '/twice', body: Buffer.from('!') })
  await new Promise((resolve) => clock.setTimer(5, () => resolve(undefined)))
  assert.deepEqual(handled.slice(2), ['/twice!', '/twice!'])
})

test('between two processes that are cut off from each other everything is lost, until that is healed', async () => {
  const { network, handled, ask } = await counting()
  network.cut('callee', 'caller')
  await assert.rejects(ask({ timeoutMs: 5 }), { code: 'deadline_exceeded', retry: 'unknown' })
  assert.equal((await network.process('other').request({ address: 'memory:callee', path: '/x', timeoutMs: 2_000 })).status, 200)
  network.heal('caller', 'callee')
  assert.equal((await ask()).status, 200)
  assert.equal(handled.length, 2)
})

test('a process that dies breaks what it worked on, and is not there any more', async () => {
  const network = memoryNetwork({ clock })
  const began = Promise.withResolvers<AbortSignal>()
  await network.process('callee').serve(async ({ signal }) => {
    began.resolve(signal)
    return new Promise(() => {})
  })
  const ask = () => network.process('caller').request({ address: 'memory:callee', path: '/x', timeoutMs: 2_000 })
  const asked = ask()
  asked.catch(() => {})
  const signal = await began.promise
  network.kill('callee')
  await assert.rejects(asked, { code: 'outcome_unknown' })
  assert.equal(signal.aborted, true)
  await assert.rejects(ask(), { code: 'unavailable', retry: 'safe' })
})
