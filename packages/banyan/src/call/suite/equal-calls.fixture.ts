import assert from 'node:assert/strict'
import { type Principal, servicePrincipal } from '../../contract/access.ts'
import { command, contract, declareError, event, query, Type } from '../../contract/index.ts'
import { deadlineAfter } from '../../kernel/deadline.ts'
import { BanyanError } from '../../kernel/error.ts'
import type { Logger } from '../../kernel/logger.ts'
import { createRuntime, type Runtime } from '../../kernel/runtime.ts'
import { platform } from '../../host/platform.ts'
import { type RunningPlatform, startPlatform, type StartOptions } from '../../host/start-platform.ts'
import { define } from '../../service/define/define.ts'
import { service } from '../../service/define/service.ts'
import { store } from '../../store/definition.ts'
import { sqliteStores } from '../../store/sqlite/index.ts'
import { temporaryDirectory } from '../../store/sqlite/temporary-directory.testsuite.ts'
import { newTrace } from '../../telemetry/trace-context.ts'
import type { Scope } from '../scope.ts'
import type { CallReply, CallRequest, Transport } from '../transport.ts'

const Echo = Type.Object({
  id: Type.String(),
  amount: Type.Optional(Type.Object({ minor: Type.Integer({ minimum: 0 }) })),
  any: Type.Optional(Type.Unknown()),
})

/** A service with one operation for each thing that a call can meet. */
export const ledger = contract('ledger', {
  operations: {
    echo: command('POST /api/echo', { input: Echo, output: Echo, access: 'public' }),
    wrong: query('GET /api/wrong', { input: Type.Object({}), output: Type.Object({ n: Type.Integer() }), access: 'public' }),
    nothing: command('POST /api/nothing', { input: Type.Unknown(), output: Type.Null(), access: 'public' }),
    book: command('POST /api/bookings', {
      input: Type.Object({ id: Type.String(), minor: Type.Integer() }),
      output: Type.Object({ id: Type.String(), run: Type.Integer() }),
      errors: {
        too_much: Type.Object({ limit: Type.Integer() }),
        closed: declareError(410, Type.Object({ until: Type.String() }), 'safe', 'The books are closed.'),
      },
      access: 'internal',
    }),
    fail: command('POST /api/failures', {
      input: Type.Object({ how: Type.String() }),
      output: Type.Null(),
      errors: { sold_out: Type.Object({ sku: Type.String() }) },
      access: 'public',
    }),
    seen: query('GET /api/seen', { input: Type.Object({}), output: Type.Unknown(), access: 'public' }),
    wait: command('POST /api/waits', { input: Type.Object({}), output: Type.Null(), access: 'public' }),
    late: command('POST /api/late', { input: Type.Object({}), output: Type.Null(), access: 'public' }),
    narrow: query('GET /api/narrow', { input: Type.Object({}), output: Type.Null(), access: 'public', concurrencyMax: 1 }),
  },
  events: { 'minor.booked': event({ key: 'id', data: Type.Object({ id: Type.String() }) }) },
})

/** A service that calls the ledger. */
export const shop = contract('shop', {
  operations: {
    buy: command('POST /api/purchases', {
      input: Type.Object({ how: Type.String(), first: Type.Optional(Type.Boolean()) }),
      output: Type.Unknown(),
      access: 'public',
    }),
    tell: command('POST /api/tales', { input: Type.Object({ how: Type.String() }), output: Type.Unknown(), access: 'public' }),
  },
})

/** What handlers throw, by name. */
const FAILURES: Readonly<Record<string, () => Error>> = {
  bug: () => new TypeError('password=secret'),
  absent: () => new BanyanError('not_found', 'there is no such thing; look elsewhere'),
  limited: () => new BanyanError('rate_limited', 'too often', { retryAfterMs: 1_234 }),
  full: () => new BanyanError('storage_full', 'no room', { cause: new Error('secret') }),
  unknown: () => new BanyanError('outcome_unknown', 'nobody knows'),
  undeclared: () => new BanyanError('strange', 'in no contract', { data: { a: 1 }, declared: true }),
  declared: () => new BanyanError('sold_out', 'none is left', { data: { sku: 's', secret: 1 }, declared: true }),
  misused: () => new BanyanError('misuse', 'a mistake in the program'),
}

/** What a test sees of the handlers, and how it holds them. */
export interface Ledger {
  readonly inputs: unknown[]
  readonly waits: { began: PromiseWithResolvers<() => boolean>; goOn: PromiseWithResolvers<void> }
  runs: number
}

/** Parts of an error that every placement must carry alike. */
export type ErrorParts = Pick<
  BanyanError,
  'code' | 'message' | 'status' | 'retry' | 'declared' | 'from' | 'fields' | 'data' | 'retryAfterMs'
>

/** Where calls go. */
export interface Placement extends AsyncDisposable {
  /** Undefined: they stay in the process. */
  readonly network: StartOptions['network']
}

/** Both services, running, and what carries their calls. */
export interface EqualCalls extends AsyncDisposable {
  readonly running: RunningPlatform
  readonly runtime: Runtime
  readonly ledger: Ledger
  readonly logged: Record<string, unknown>[]
  scope(more?: Partial<Scope>): Scope
  call(
    operation: keyof (typeof ledger)['operations'],
    input: unknown,
    more?: Partial<Scope> & Pick<CallRequest, 'signal'>,
  ): Promise<CallReply>
  failure(work: Promise<unknown>): Promise<ErrorParts>
  send: Transport['send']
}

/** Starts both services with their calls in a placement. */
export async function equalCalls(place: () => Placement): Promise<EqualCalls> {
  const placement = place()
  const directory = await temporaryDirectory()
  const seen: Ledger = { inputs: [], waits: { began: Promise.withResolvers(), goOn: Promise.withResolvers() }, runs: 0 }
  const logged: Record<string, unknown>[] = []
  const runtime = createRuntime({ log: recordingLogger(logged) })
  let transport: Transport | undefined
  const running = await startPlatform(platform({ services: [ledgerService(seen), shopService()] }), {
    runtime,
    stores: sqliteStores({ directory: directory.path }),
    directory: directory.path,
    environment: {},
    network: (local, own) => (transport = placement.network?.(local, own) ?? local),
  })
  const send: Transport['send'] = (request) => (transport as Transport).send(request)
  const scope = (more: Partial<Scope> = {}): Scope => scopeOf(runtime, more)
  return {
    running,
    runtime,
    ledger: seen,
    logged,
    scope,
    send,
    call: (operation, input, { signal, ...more } = {}) =>
      send({ service: 'ledger', operation, definition: ledger.operations[operation], input, scope: scope(more), signal }),
    failure: failureOf,
    async [Symbol.asyncDispose]() {
      seen.waits.goOn.resolve()
      await running.stop()
      await placement[Symbol.asyncDispose]()
      await directory[Symbol.asyncDispose]()
    },
  }
}

const CALLER: Principal = servicePrincipal('tester')
const PATIENCE_MS = 20_000

function scopeOf({ clock, ids }: Runtime, more: Partial<Scope>): Scope {
  return {
    principal: CALLER,
    deadline: deadlineAfter(clock, PATIENCE_MS),
    trace: newTrace(ids),
    correlationId: 'flow',
    causationId: 'cause',
    ...more,
  }
}

async function failureOf(work: Promise<unknown>): Promise<ErrorParts> {
  const error = await work.then(
    (value) => assert.fail(`expected a failure, got ${JSON.stringify(value)}`),
    (thrown: unknown) => thrown as BanyanError,
  )
  if (!(error instanceof BanyanError)) throw error
  const { code, message, status, retry, declared, from, fields, data, retryAfterMs, cause } = error
  assert.equal(cause, undefined, 'a cause stays where it is')
  return { code, message, status, retry, declared, from, fields, data, retryAfterMs }
}

function ledgerService(seen: Ledger) {
  const { operation, definition } = define(ledger, {
    store: store({
      migrations: [{ id: '001', sql: 'CREATE TABLE booking (id TEXT NOT NULL PRIMARY KEY, minor BIGINT NOT NULL)' }],
      repository: () => ({}),
    }),
  })
  const kept = { id: 'kept', any: { list: [1] } }
  // oxlint-disable-next-line typescript/no-explicit-any -- what a handler returns that its types do not know
  const loose = (value: object): any => value
  return service(definition, {
    operations: [
      operation('echo', async (input) => {
        seen.inputs.push(input)
        return input.id === 'kept' ? kept : loose({ ...input, secret: 'of the handler' })
      }),
      operation('wrong', async () => loose({ n: 'password=secret' })),
      operation('nothing', async (input) => (seen.inputs.push(input), null)),
      operation('book', async ({ id, minor }, { transaction, fail }) =>
        transaction(async (tx) => {
          seen.runs++
          await tx.sql.run('INSERT INTO booking VALUES (?, ?) ON CONFLICT DO NOTHING', id, minor)
          tx.emit('minor.booked', { id })
          if (minor > 100) fail('too_much', loose({ limit: 100, secret: 1 }))
          if (minor < 0) fail('closed', { until: 'monday' })
          return { id, run: seen.runs }
        }),
      ),
      operation('fail', async ({ how }) => {
        throw FAILURES[how]?.() ?? new Error(how)
      }),
      operation('seen', async (_input, context) => {
        context.log.info('seen')
        const { principal, correlationId, key, waitMs, origin } = context
        return { principal, correlationId, key, waitMs, origin, remainingMs: context.remainingMs(), abandoned: context.abandoned() }
      }),
      operation('wait', async (_input, { abandoned }) => {
        seen.waits.began.resolve(abandoned)
        await seen.waits.goOn.promise
        return null
      }),
      operation('late', async (_input, { remainingMs, abandoned, transaction, now }) => {
        const pause = (): Promise<unknown> => new Promise(setImmediate)
        for (const end = now() + PATIENCE_MS; remainingMs() > 0 && now() < end;) await pause()
        seen.inputs.push(abandoned())
        return transaction(async () => null)
      }),
      operation('narrow', async () => {
        seen.waits.began.resolve(() => false)
        await seen.waits.goOn.promise
        return null
      }),
    ],
  })
}

function shopService() {
  const { operation, definition } = define(shop, { uses: [ledger] })
  return service(definition, {
    operations: [
      operation('buy', async ({ how, first = false }, { call }) => {
        if (first) await call.ledger.echo({ id: 'first' })
        return how === 'local' ? Promise.reject(new BanyanError('unavailable', 'not now')) : call.ledger.fail({ how })
      }),
      operation('tell', async ({ how }, { call }) => {
        const error = (await call.ledger.fail({ how }).then(
          () => undefined,
          (thrown: unknown) => thrown,
        )) as BanyanError
        const { code, from, declared, data, retry, status } = error
        return { code, from, declared, data, retry, status }
      }),
    ],
  })
}

function recordingLogger(lines: Record<string, unknown>[], fixed: Record<string, unknown> = {}): Logger {
  const write =
    (level: string) =>
    (message: string, fields: object = {}): void =>
      void lines.push({ level, message, ...fixed, ...fields })
  return {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    with: (fields: object) => recordingLogger(lines, { ...fixed, ...fields }),
  }
}
