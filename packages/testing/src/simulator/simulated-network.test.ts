import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CallRequest } from 'banyan/call'
import { command, contract, servicePrincipal, Type } from 'banyan/contract'
import { simulatedNetwork } from './simulated-network.ts'

const Nothing = Type.Object({})
const bell = contract('bell', {
  operations: { ring: command('POST /api/bell', { input: Nothing, output: Nothing, access: 'public' }) },
})
const DEADLINE_MS = 30_000

/** Rings once while one kind of fault strikes, `choice` decides all that is open, and time passes at once. */
async function ring({ fault, choice = 0, key }: { fault?: string; choice?: number; key?: string }) {
  let arrived = 0
  let passedMs = 0
  let leftMs = 0
  const network = simulatedNetwork(
    {
      async send({ scope: { deadline } }) {
        leftMs = deadline.at - passedMs
        return { output: ++arrived }
      },
    },
    {
      monotonic: () => passedMs,
      weather: {
        after(delayMs, _label, run) {
          passedMs += delayMs
          queueMicrotask(run)
        },
        strikes: (kind) => kind === fault,
        choose: () => choice,
      },
    },
  )
  const trace = { traceId: '1'.repeat(32), spanId: '1'.repeat(16), flags: 0 }
  const scope = { principal: servicePrincipal('door'), deadline: { at: DEADLINE_MS }, trace, correlationId: 'c', causationId: 'c', key }
  const request = { service: 'bell', operation: 'ring', definition: bell.operations.ring, input: {}, scope } satisfies CallRequest
  const end = await network.send(request).then(
    () => 'answered',
    (error: { code: string }) => error.code,
  )
  return { end, arrived, isLate: passedMs >= DEADLINE_MS, hasTime: leftMs > 0 }
}

test('a call in good weather arrives once and is answered', async () => {
  assert.deepEqual(await ring({}), { end: 'answered', arrived: 1, isLate: false, hasTime: true })
})

test('a call that is refused did not arrive, and its caller knows', async () => {
  assert.deepEqual(await ring({ fault: 'call-refused' }), { end: 'unavailable', arrived: 0, isLate: false, hasTime: false })
})

test('a call or an answer that is lost leaves its caller in the dark, at once or when its deadline passes', async () => {
  assert.deepEqual(await ring({ fault: 'request-lost' }), { end: 'outcome_unknown', arrived: 0, isLate: false, hasTime: false })
  assert.deepEqual(await ring({ fault: 'request-lost', choice: 0.9 }), {
    end: 'deadline_exceeded',
    arrived: 0,
    isLate: true,
    hasTime: false,
  })
  assert.deepEqual(await ring({ fault: 'reply-lost' }), { end: 'outcome_unknown', arrived: 1, isLate: false, hasTime: true })
  assert.deepEqual(await ring({ fault: 'reply-lost', choice: 0.9 }), { end: 'deadline_exceeded', arrived: 1, isLate: true, hasTime: true })
})

test('a call that strays is lost for its caller and arrives all the same, with the time that it had when it was sent', async () => {
  assert.deepEqual(await ring({ fault: 'request-strayed' }), { end: 'outcome_unknown', arrived: 1, isLate: false, hasTime: true })
  assert.deepEqual(await ring({ fault: 'request-strayed', choice: 0.99 }), {
    end: 'deadline_exceeded',
    arrived: 1,
    isLate: true,
    hasTime: true,
  })
})

test('a command arrives twice only where its key makes that harmless', async () => {
  assert.deepEqual(await ring({ fault: 'request-repeated', key: 'k' }), { end: 'answered', arrived: 2, isLate: false, hasTime: true })
  assert.deepEqual(await ring({ fault: 'request-repeated' }), { end: 'answered', arrived: 1, isLate: false, hasTime: true })
})
