import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Principal } from '../../contract/access.ts'
import { deadlineAfter, remainingMs } from '../../kernel/deadline.ts'
import { type EqualCalls, equalCalls, ledger, type Placement, shop } from './equal-calls.fixture.ts'

/** Longer than news takes on a busy machine, and shorter than a call's deadline, at which its handler is abandoned anyway. */
const NEWS_MS = 5_000

/** Everything that a call does, wherever the service is: one suite for each placement shows that only the speed differs (law 2). */
export function testEqualCalls(name: string, place: () => Placement): void {
  const declare = (what: string, body: (calls: EqualCalls) => Promise<void>): void =>
    void test(`${name}: ${what}`, async () => {
      await using calls = await equalCalls(place)
      await body(calls)
    })
  testValues(declare)
  testErrors(declare)
  testScope(declare)
  testEnds(declare)
  testKeys(declare)
}

type Declare = (what: string, body: (calls: EqualCalls) => Promise<void>) => void

function testValues(declare: Declare): void {
  declare('caller and handler share nothing', async ({ running, ledger: { inputs } }) => {
    const client = running.client(ledger)
    const input = { id: 'a', amount: { minor: 1 } }
    await client.echo(input)
    ;(inputs[0] as typeof input).amount.minor = 9
    assert.equal(input.amount.minor, 1)
    const first = (await client.echo({ id: 'kept' })) as { any: { list: number[] } }
    first.any.list.push(2)
    assert.deepEqual(await client.echo({ id: 'kept' }), { id: 'kept', any: { list: [1] } })
  })

  declare('what the contract does not declare is left out, in both directions and at any depth', async ({ call, ledger: { inputs } }) => {
    const { output } = await call('echo', { id: 'a', admin: true, amount: { minor: 1, secret: 1 } })
    assert.deepEqual(
      [inputs[0], output],
      [
        { id: 'a', amount: { minor: 1 } },
        { id: 'a', amount: { minor: 1 } },
      ],
    )
  })

  declare(
    'an input that does not fit is refused with its fields, and does not reach the handler',
    async ({ call, failure, ledger: { inputs } }) => {
      assert.deepEqual(await failure(call('echo', { id: 1, amount: { minor: -1 } })), {
        code: 'invalid_argument',
        message: 'ledger.echo: /id must be string; /amount/minor must be >= 0',
        status: 400,
        retry: 'never',
        declared: false,
        from: 'ledger.echo',
        fields: [
          { path: '/id', expected: 'must be string' },
          { path: '/amount/minor', expected: 'must be >= 0' },
        ],
        data: undefined,
        retryAfterMs: undefined,
      })
      assert.deepEqual(inputs, [])
    },
  )

  declare(
    'what JSON cannot carry is refused where it is declared, and left out where it is not',
    async ({ call, failure, ledger: { inputs } }) => {
      const odd = { date: new Date(0), map: new Map(), bigint: { deep: 1n }, nan: Number.NaN, hole: [undefined], function: () => 1 }
      for (const [kind, any] of Object.entries(odd)) {
        const error = await failure(call('echo', { id: kind, any }))
        assert.deepEqual([error.code, error.fields?.[0]?.path.startsWith('/any')], ['invalid_argument', true], kind)
        assert.deepEqual((await call('echo', { id: kind, undeclared: any })).output, { id: kind })
      }
      const loop: Record<string, unknown> = {}
      loop['any'] = loop
      assert.equal((await failure(call('echo', { id: 'loop', any: loop }))).code, 'invalid_argument')
      assert.equal(inputs.length, Object.keys(odd).length)
    },
  )

  declare('every text, number and name that JSON can carry arrives as it was', async ({ call, ledger: { inputs } }) => {
    const names = JSON.parse('{"__proto__":1,"constructor":2,"":3,"a/b~c":4}') as object
    let deep: unknown = 'bottom'
    for (let level = 0; level < 500; level++) deep = [deep]
    const any = [names, deep, '\ud800', '\u2028\u0000"\\', 'é😀', 2 ** 53, -(2 ** 63), 5e-324, 1e308, null, true, [], {}]
    const { output } = await call('echo', { id: '', any })
    assert.deepEqual([(output as { any: unknown }).any, (inputs[0] as { any: unknown }).any], [any, any])
    const zero = (await call('echo', { id: 'zero', any: -0 })).output as { any: number }
    assert.ok(Object.is(zero.any, 0))
  })

  declare('megabytes arrive', async ({ call }) => {
    const any = 'ü'.repeat(1_500_000)
    assert.deepEqual((await call('echo', { id: 'large', any })).output, { id: 'large', any })
  })

  declare('nothing is an input, and null an output', async ({ call, ledger: { inputs } }) => {
    assert.equal((await call('nothing', undefined)).output, null)
    assert.equal((await call('nothing', null)).output, null)
    assert.deepEqual(inputs, [undefined, null])
  })
}

function testErrors(declare: Declare): void {
  declare('a declared error arrives with its data, status and retry advice, and with what declares it', async ({ call, failure }) => {
    const common = { declared: true, from: 'ledger.book', fields: undefined, retryAfterMs: undefined }
    const { message, ...tooMuch } = await failure(call('book', { id: 'a', minor: 101 }))
    assert.deepEqual(tooMuch, { ...common, code: 'too_much', status: 409, retry: 'never', data: { limit: 100 } })
    assert.deepEqual(await failure(call('book', { id: 'b', minor: -1 })), {
      ...common,
      code: 'closed',
      message: 'The books are closed.',
      status: 410,
      retry: 'safe',
      data: { until: 'monday' },
    })
    assert.ok(message.length > 0)
    const { code, declared, data } = await failure(call('fail', { how: 'declared' }))
    assert.deepEqual([code, declared, data], ['sold_out', true, { sku: 's' }])
  })

  declare('errors of the platform arrive with their code, words and advice, and without their cause', async ({ call, failure }) => {
    const parts = { declared: false, from: 'ledger.fail', fields: undefined, data: undefined, retryAfterMs: undefined }
    const expected = {
      absent: { code: 'not_found', message: 'there is no such thing; look elsewhere', status: 404, retry: 'never' },
      limited: { code: 'rate_limited', message: 'too often', status: 429, retry: 'safe', retryAfterMs: 1_234 },
      full: { code: 'storage_full', message: 'no room', status: 503, retry: 'safe' },
      unknown: { code: 'outcome_unknown', message: 'nobody knows', status: 504, retry: 'unknown' },
      misused: { code: 'misuse', message: 'a mistake in the program', status: 500, retry: 'never' },
    }
    for (const [how, error] of Object.entries(expected)) assert.deepEqual(await failure(call('fail', { how })), { ...parts, ...error }, how)
  })

  declare('a mistake of the callee is an opaque internal error', async ({ call, failure }) => {
    for (const work of [call('fail', { how: 'bug' }), call('fail', { how: 'undeclared' }), call('wrong', {})]) {
      const { code, status, retry, data, message } = await failure(work)
      assert.deepEqual([code, status, retry, data, message.includes('secret')], ['internal', 500, 'unknown', undefined, false])
    }
  })

  declare('an operation or a service that is not there is said so', async ({ call, send, scope, failure }) => {
    const definition = ledger.operations.echo
    const gone = await failure(send({ service: 'ledger', operation: 'gone/é?', definition, input: {}, scope: scope() }))
    assert.deepEqual([gone.code, gone.message, gone.from], ['not_found', 'service ledger has no operation "gone/é?"', 'ledger.gone/é?'])
    const away = await failure(send({ service: 'away', operation: 'echo', definition, input: {}, scope: scope() }))
    assert.deepEqual(
      [away.code, away.retry, away.message],
      ['unavailable', 'safe', 'service "away" is not part of this platform; add it, or its contract'],
    )
    assert.deepEqual((await call('echo', { id: 'still' })).output, { id: 'still' })
  })

  declare('a handler that calls learns whose error it got; one that does not catch it answers for itself', async ({ running, failure }) => {
    const client = running.client(shop)
    assert.deepEqual(await client.tell({ how: 'declared' }), {
      code: 'sold_out',
      from: 'ledger.fail',
      declared: true,
      data: { sku: 's' },
      retry: 'never',
      status: 409,
    })
    const expected = { declared: 'internal', absent: 'internal', bug: 'internal', limited: 'unavailable', unknown: 'outcome_unknown' }
    for (const [how, code] of Object.entries(expected)) {
      const error = await failure(client.buy({ how }))
      assert.deepEqual([error.code, error.from, error.declared], [code, 'shop.buy', false], how)
    }
  })

  declare('what fails after a command that it called is not safe to repeat without a key', async ({ running, failure }) => {
    const client = running.client(shop)
    const before = await failure(client.buy({ how: 'local' }))
    const after = await failure(client.buy({ how: 'local', first: true }))
    assert.deepEqual([before.retry, after.retry, after.code], ['safe', 'unknown', 'unavailable'])
  })
}

function testScope(declare: Declare): void {
  declare('the callee sees who calls, the flow, the key, the wait, the line and the trace', async ({ call, logged, scope }) => {
    const principal: Principal = { kind: 'user', subject: 'ü"1\n', roles: ['staff', 'ä,b'] }
    const { trace } = scope()
    const sent = { principal, correlationId: ' flow "ü"\r\nx: y ', causationId: '"', key: 'k 1', waitMs: 250, origin: '2001:db8::/64' }
    const { remainingMs, ...seen } = (await call('seen', {}, { ...sent, trace, callKey: 'not mine' })).output as Record<string, unknown>
    const { causationId, ...told } = sent
    assert.deepEqual(seen, { ...told, abandoned: false })
    assert.equal(causationId, '"')
    assert.ok((remainingMs as number) > 10_000 && (remainingMs as number) <= 20_000)
    assert.equal(logged.find(({ message }) => message === 'seen')?.['trace_id'], trace.traceId)
    const plain = (await call('seen', {})).output as Record<string, unknown>
    assert.deepEqual([plain['key'], plain['waitMs'], plain['origin']], [undefined, 0, undefined])
  })

  declare('whoever may not call is refused before the input is looked at', async ({ call, failure, ledger: seen }) => {
    const user: Principal = { kind: 'user', subject: 'u1', roles: [] }
    const { code, status, retry } = await failure(call('book', { id: 'a', minor: 1 }, { principal: user }))
    assert.deepEqual([code, status, retry, seen.runs], ['permission_denied', 403, 'never', 0])
    assert.equal((await failure(call('book', { id: 1 }, { principal: user }))).code, 'permission_denied')
  })
}

function testEnds(declare: Declare): void {
  declare('a call whose deadline has passed is not carried out', async ({ call, failure, runtime, ledger: { inputs } }) => {
    const error = await failure(call('echo', { id: 'a' }, { deadline: { at: runtime.clock.monotonic() - 1 } }))
    assert.deepEqual([error.code, error.retry, inputs], ['deadline_exceeded', 'safe', []])
  })

  declare(
    'a handler whose deadline passes is told so, opens no transaction, and its own word arrives',
    async ({ call, failure, runtime, ledger: { inputs } }) => {
      const error = await failure(call('late', {}, { deadline: deadlineAfter(runtime.clock, 60) }))
      assert.deepEqual([error.code, error.retry, error.from], ['deadline_exceeded', 'safe', 'ledger.late'])
      assert.deepEqual(inputs, [true])
    },
  )

  declare(
    'a caller that gives up is told so at once, and the handler that nobody waits',
    async ({ running, runtime, ledger: { waits } }) => {
      const abort = new AbortController()
      const asked = running.client(ledger).wait({}, { signal: abort.signal })
      const abandoned = await waits.began.promise
      assert.equal(abandoned(), false)
      abort.abort()
      await assert.rejects(asked, { code: 'cancelled', retry: 'unknown', from: 'ledger.wait' })
      const end = deadlineAfter(runtime.clock, NEWS_MS)
      while (!abandoned() && remainingMs(runtime.clock, end) > 0) await new Promise(setImmediate)
      assert.equal(abandoned(), true)
      await assert.rejects(running.client(ledger).echo({ id: 'a' }, { signal: abort.signal }), { code: 'cancelled', retry: 'safe' })
    },
  )

  declare('calls beyond what may run at once are refused, and cost nobody else', async ({ call, failure, ledger: { waits } }) => {
    const first = call('narrow', {})
    await waits.began.promise
    const { code, retry, retryAfterMs } = await failure(call('narrow', {}))
    assert.deepEqual([code, retry, typeof retryAfterMs], ['overloaded', 'safe', 'number'])
    assert.deepEqual((await call('echo', { id: 'a' })).output, { id: 'a' })
    waits.goOn.resolve()
    assert.equal((await first).output, null)
  })

  declare(
    'a process that drains finishes what it began, and says of the rest that nothing was done',
    async ({ call, failure, running, ledger: { waits } }) => {
      const first = call('wait', {})
      await waits.began.promise
      const drained = running.drain()
      const error = await failure(refusal(() => call('echo', { id: 'a' })))
      assert.deepEqual([error.code, error.retry, error.retryAfterMs, error.from], ['unavailable', 'safe', 1_000, 'ledger.echo'])
      waits.goOn.resolve()
      assert.equal((await first).output, null)
      await drained
    },
  )
}

/** Calls until it is refused: a drain takes its services one after the other. */
async function refusal(call: () => Promise<unknown>): Promise<unknown> {
  for (;;) {
    await call()
    await new Promise(setImmediate)
  }
}

function testKeys(declare: Declare): void {
  declare(
    'a key runs a command once, and the repetition says that it is one; the first answer names its commit',
    async ({ call, ledger: seen }) => {
      const first = await call('book', { id: 'a', minor: 1 }, { key: 'one' })
      const again = await call('book', { minor: 1, id: 'a' }, { key: 'one' })
      assert.deepEqual([first.output, first.replayed ?? false], [{ id: 'a', run: 1 }, false])
      assert.equal(typeof first.token, 'string')
      assert.deepEqual([again.output, again.replayed, again.token], [{ id: 'a', run: 1 }, true, undefined])
      assert.deepEqual((await call('book', { id: 'a', minor: 2 })).output, { id: 'a', run: seen.runs }, 'one without a key runs')
    },
  )

  declare('a declared answer is kept for its key as well, and a key for another request is refused', async ({ call, failure }) => {
    const first = await failure(call('book', { id: 'a', minor: 101 }, { key: 'two' }))
    const again = await failure(call('book', { id: 'a', minor: 101 }, { key: 'two' }))
    assert.deepEqual(again, first)
    assert.equal((await failure(call('book', { id: 'b', minor: 101 }, { key: 'two' }))).code, 'idempotency_mismatch')
  })
}
