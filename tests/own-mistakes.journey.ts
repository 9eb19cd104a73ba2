// What a service itself gets wrong is its own mistake: never a 400 for whoever sent a right request, and logged with its cause.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { aggregate, gateway } from '@banyan/gateway'
import { testPlatform } from '@banyan/testing'
import { command, contract, define, event, query, service, Type } from 'banyan'
import { createLogger } from 'banyan/telemetry'

const Any = Type.Object({ id: Type.Unknown() })
const helper = contract('helper', {
  operations: { check: query('GET /api/helper', { input: Type.Object({ sku: Type.String() }), output: Type.Null(), access: 'public' }) },
})
const clumsy = contract('clumsy', {
  operations: {
    run: command('POST /api/clumsy', {
      input: Type.Object({ mistake: Type.String() }),
      output: Any,
      access: 'public',
      errors: { refused: Type.Object({ why: Type.Unknown() }) },
    }),
  },
  events: {
    'thing.done': event({ key: 'id', data: Type.Object({ id: Type.String(), count: Type.Integer() }) }),
    'thing.said': event({ key: 'id', data: Type.Object({ id: Type.String(), what: Type.Unknown() }) }),
  },
})
const helperParts = define(helper)
const { operation, saga, timer, definition } = define(clumsy, { uses: [helper] })
const wait = saga('wait', async (s, _input: unknown) => s.signal('never'))
const bell = timer('bell', async (_data: unknown) => {})
const cycle = (): object => {
  const one: Record<string, unknown> = {}
  one['self'] = one
  return one
}

/** Its type does not tell what it is. */
const UNWRITABLE: unknown = 1n

type Run = Parameters<typeof operation<'run'>>[1]
/** Each mistake, and a word of the cause that the log must name. */
const MISTAKES: Record<string, { readonly cause: RegExp; readonly run: Run }> = {
  'an event whose data is wrong': {
    cause: /count/,
    run: (_input, { transaction }) => transaction((tx) => ({ id: tx.emit('thing.done', { id: 'a', count: 'many' } as never) })),
  },
  'an event that cannot be written': {
    cause: /bigint/,
    run: (_input, { transaction }) => transaction((tx) => ({ id: tx.emit('thing.said', { id: 'a', what: 1n }) })),
  },
  'an event that the contract lacks': {
    cause: /thing\.lost/,
    run: (_input, { transaction }) => transaction((tx) => ({ id: tx.emit('thing.lost' as never, {} as never) })),
  },
  'an answer that the contract does not allow': { cause: /id/, run: async () => ({}) as never },
  'an answer that cannot be written': { cause: /bigint/, run: async () => ({ id: 1n }) },
  'an answer that cannot be kept': {
    cause: /refer.* to itself/,
    run: (_input, { transaction }) => transaction(async () => ({ id: cycle() })),
  },
  'data of an error that is wrong': { cause: /why/, run: async (_input, { fail }) => fail('refused', {} as never) },
  'data of an error that cannot be written': { cause: /bigint/, run: async (_input, { fail }) => fail('refused', { why: 1n }) },
  'an error that is not declared': { cause: /unheard_of/, run: async (_input, { fail }) => fail('unheard_of' as never, {} as never) },
  'a saga whose input cannot be written': {
    cause: /refer.* to itself/,
    run: (_input, { transaction }) => transaction(async (tx) => ({ id: await tx.start(wait, { id: 'a', input: cycle() }) })),
  },
  'a saga without an id': {
    cause: /id of saga/,
    run: (_input, { transaction }) => transaction(async (tx) => ({ id: await tx.start(wait, { id: '', input: {} }) })),
  },
  'a timer whose data cannot be written': {
    cause: /bigint/,
    run: (_input, { transaction }) => transaction(async (tx) => ({ id: await tx.schedule(bell, { id: 'a', at: 0, data: 1n }) })),
  },
  'a timer without a moment': {
    cause: /moment/,
    run: (_input, { transaction }) => transaction(async (tx) => ({ id: await tx.schedule(bell, { id: 'a', at: Number.NaN, data: 1 }) })),
  },
  'a signal that cannot be written': {
    cause: /bigint/,
    run: (_input, { transaction }) => transaction(async (tx) => ({ id: await tx.signal('a', 'never', { data: UNWRITABLE }) })),
  },
  'a call with a wrong input': { cause: /sku/, run: async (_input, { call }) => ({ id: await call.helper.check({} as never) }) },
  'a call with an input that cannot be written': {
    cause: /sku must be string/,
    run: async (_input, { call }) => ({ id: await call.helper.check({ sku: 1n } as never) }),
  },
  'a statement that is wrong': {
    cause: /nowhere/,
    run: (_input, { transaction }) => transaction(async (tx) => ({ id: await tx.sql.all('SELECT * FROM nowhere') })),
  },
  'a read that writes': {
    cause: /read cannot write|snapshot/,
    run: (_input, { read }) => read(async (tx) => ({ id: await tx.sql.all("INSERT INTO banyan_timer VALUES ('a', 'b', 0, 'c', 0, 'd')") })),
  },
}

const clumsyService = service(definition, {
  operations: [operation('run', async (input, context) => (MISTAKES[input.mistake] as (typeof MISTAKES)[string]).run(input, context))],
  sagas: [wait],
  timers: [bell],
})
const helperService = service(helperParts.definition, { operations: [helperParts.operation('check', async () => null)] })

async function started() {
  const lines: Record<string, unknown>[] = []
  const log = createLogger({ write: (line) => lines.push(JSON.parse(line)), clock: { now: () => 0 }, level: 'error' })
  const page = aggregate('GET /api/page', {
    access: 'public',
    summary: 'A part that asks wrongly',
    uses: [helper],
    parts: ({ required }) => ({ one: required(({ call }) => call.helper.check({} as never)) }),
  })
  const services = [helperService, clumsyService]
  const platform = await testPlatform({ services, gateway: gateway({ limits: false, aggregates: [page] }), runtime: { log } })
  const url = `http://127.0.0.1:${platform.port}`
  return { lines, url, [Symbol.asyncDispose]: () => platform[Symbol.asyncDispose]() }
}

const running = await started()
after(() => running[Symbol.asyncDispose]())
for (const [mistake, { cause }] of Object.entries(MISTAKES))
  for (const key of [undefined, mistake.replaceAll(' ', '-')])
    test(`${mistake} is our mistake${key === undefined ? '' : ', also for a request with a key'}`, async () => {
      running.lines.length = 0
      const answer = await fetch(`${running.url}/api/clumsy`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(key === undefined ? {} : { 'idempotency-key': key }) },
        body: JSON.stringify({ mistake }),
      })
      assert.deepEqual([answer.status, ((await answer.json()) as { code: string }).code], [500, 'internal'])
      assert.equal(running.lines.length, 1, JSON.stringify(running.lines))
      assert.match(JSON.stringify(running.lines), cause)
    })

test('a part of an aggregate that calls with a wrong input is our mistake', async () => {
  running.lines.length = 0
  const answer = await fetch(`${running.url}/api/page`)
  const problem = (await answer.json()) as { code: string; errors?: unknown }
  assert.deepEqual([answer.status, problem.code, problem.errors], [500, 'internal', undefined])
  assert.match(JSON.stringify(running.lines), /sku/)
})
