import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ANONYMOUS, command, contract, servicePrincipal, Type } from '../contract/index.ts'
import { BanyanError, deadlineAfter, seededRandom, systemClock, createIds } from '../kernel/index.ts'
import { newTrace } from '../telemetry/index.ts'
import { clientFactory, type LocalService, localTransport, type ReceivedCall, refusingCalls, type Scope } from './index.ts'

const clock = systemClock()
const ids = createIds(clock, seededRandom(1))
const echo = contract('echo', {
  operations: {
    say: command('POST /api/echo', { input: Type.Object({ value: Type.Unknown() }), output: Type.Unknown(), access: 'internal' }),
  },
})
const scope: Scope = {
  principal: ANONYMOUS,
  deadline: deadlineAfter(clock, 60_000),
  trace: newTrace(ids),
  correlationId: 'flow',
  causationId: 'cause',
}

function clientOf(answer: (request: ReceivedCall) => unknown, more: Partial<Scope> = {}) {
  const service: LocalService = { invoke: async (request) => ({ output: await answer(request) }) }
  return clientFactory({
    caller: 'shop',
    uses: [echo],
    transport: localTransport((name) => (name === 'echo' ? service : undefined)),
    clock,
  })({ ...scope, ...more }).echo
}

test('an error keeps code, data and retry advice over three hops; an unknown one becomes opaque', async () => {
  const third = clientOf(() => {
    throw new BanyanError('sold_out', 'sold out', { data: { sku: 'a' }, declared: true, status: 410, retry: 'safe' })
  })
  const second = clientOf(() => third.say({ value: 1 }))
  const first = clientOf(() => second.say({ value: 1 }))
  await assert.rejects(first.say({ value: 1 }), (error: BanyanError) => {
    assert.deepEqual([error.code, error.status, error.retry, error.declared, error.data], ['sold_out', 410, 'safe', true, { sku: 'a' }])
    return true
  })
  const broken = clientOf(() => {
    throw new TypeError('secret=1')
  })
  await assert.rejects(
    broken.say({ value: 1 }),
    (error: BanyanError) => error.code === 'internal' && error.cause === undefined && !error.message.includes('secret'),
  )
})

test('the callee sees who calls, the flow, the trace and the key; the key of a step is the default', async () => {
  let request: ReceivedCall | undefined
  const remember = (got: ReceivedCall): null => {
    request = got
    return null
  }
  await clientOf(remember, { callKey: 'saga:step', key: 'mine', waitMs: 5 }).say({ value: 1 })
  assert.deepEqual(request?.scope.principal, servicePrincipal('shop'))
  assert.deepEqual(
    [request?.scope.key, request?.scope.callKey, request?.scope.waitMs, request?.scope.correlationId],
    ['service:shop:saga:step', undefined, undefined, 'flow'],
  )
  await clientOf(remember, { callKey: 'saga:step' }).say({ value: 1 }, { key: 'other' })
  assert.equal(request?.scope.key, 'service:shop:other')
})

test('a call never outlives its caller: the shorter deadline counts, and a passed one is not sent', async () => {
  let sent = 0
  let deadline = 0
  const answer = (request: ReceivedCall): null => {
    sent++
    deadline = request.scope.deadline.at
    return null
  }
  const soon = deadlineAfter(clock, 50)
  await clientOf(answer, { deadline: soon }).say({ value: 1 }, { timeoutMs: 60_000 })
  assert.equal(deadline, soon.at)
  await assert.rejects(clientOf(answer, { deadline: { at: clock.monotonic() - 1 } }).say({ value: 1 }), {
    code: 'deadline_exceeded',
    retry: 'safe',
  })
  assert.equal(sent, 1)
})

test('a call inside a transaction is refused (law 4), after it is allowed', async () => {
  const client = clientOf(() => null)
  await assert.rejects(
    refusingCalls('shop', () => client.say({ value: 1 })),
    /shop called echo.say inside a transaction of shop; call first, then open the transaction/,
  )
  await client.say({ value: 1 })
})

test('a service that does not run is unavailable', async () => {
  const clients = clientFactory({ caller: 'shop', uses: [echo], transport: localTransport(() => undefined), clock })(scope)
  await assert.rejects(clients.echo.say({ value: 1 }), { code: 'unavailable' })
})

test('a caller that gives up is told so at once, and its callee that nobody waits (C5)', async () => {
  const [began, goOn] = [Promise.withResolvers<ReceivedCall>(), Promise.withResolvers<void>()]
  const client = clientOf(async (call) => {
    began.resolve(call)
    await goOn.promise
    return null
  })
  const abort = new AbortController()
  const asked = client.say({ value: 1 }, { signal: abort.signal })
  const { scope: received } = await began.promise
  assert.equal(received.abandoned?.(), false)
  abort.abort()
  await assert.rejects(asked, { code: 'cancelled', retry: 'unknown', from: 'echo.say' })
  assert.equal(received.abandoned?.(), true)
  goOn.resolve()
  await assert.rejects(client.say({ value: 1 }, { signal: abort.signal }), { code: 'cancelled', retry: 'safe' })
})
