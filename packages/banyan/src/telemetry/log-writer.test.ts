import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BanyanError, type LogFields, type Logger } from '../kernel/index.ts'
import { createLogger, type LoggerOptions } from './log-writer.ts'

const TIME = Date.UTC(2026, 10, 22, 12, 3, 4, 5)

function logging(options: Partial<LoggerOptions> = {}): {
  log: Logger
  lines: string[]
  last: () => LogFields
} {
  const lines: string[] = []
  const log = createLogger({ write: (line) => lines.push(line), clock: { now: () => TIME }, ...options })
  return { log, lines, last: () => JSON.parse(lines.at(-1)!) as LogFields }
}

test('writes one JSON object a line, with the facts of the logger, of with() and of the line', () => {
  const { log, lines, last } = logging({ fields: { service: 'orders' } })
  log.with({ trace_id: 'abc' }).info('order placed', { orderId: 'o-1', time: 'mine' })
  assert.equal(lines.length, 1)
  assert.ok(lines[0]!.endsWith('}\n'))
  assert.deepEqual(last(), {
    time: '2026-11-22T12:03:04.005Z',
    level: 'info',
    message: 'order placed',
    service: 'orders',
    trace_id: 'abc',
    orderId: 'o-1',
  })
})

test('drops lines below its level', () => {
  const { log, lines } = logging({ level: 'warn' })
  log.debug('a')
  log.info('b')
  log.warn('c')
  log.error('d')
  assert.equal(lines.length, 2)
})

test('never writes what is named or looks like a secret', () => {
  const { log, lines } = logging()
  const jwt = 'eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl'
  log.info(`got ${jwt}`, {
    password: 'hunter2',
    accessToken: 'hunter2',
    'x-api-key': 'hunter2',
    headers: { Authorization: 'hunter2', cookie: ['hunter2'] },
    card_number: 'hunter2',
    user: { Email: 'hunter2', phone: 'hunter2', shippingAddress: { line1: 'hunter2' } },
    note: 'sent Bearer hunter2hunter2 along',
    error: new Error(`token ${jwt} refused`),
  })
  assert.doesNotMatch(lines[0]!, /hunter2/)
  assert.doesNotMatch(lines[0]!, /eyJ/)
})

test('keeps names that only resemble a secret', () => {
  const { log, last } = logging()
  log.info('x', { key: 'k', discarded: 1, address: '127.0.0.1', tokens: 3, cardinality: 4 })
  assert.deepEqual(
    { key: last()['key'], discarded: last()['discarded'], address: last()['address'] },
    { key: 'k', discarded: 1, address: '127.0.0.1' },
  )
})

test('spells errors out with their cause', () => {
  const { log, last } = logging()
  log.error('failed', { error: new BanyanError('internal', 'wrong', { cause: new TypeError('x is not a function') }) })
  const error = last()['error'] as { name: string; code: string; message: string; stack: string; cause: { name: string; message: string } }
  assert.equal(error.code, 'internal')
  assert.equal(error.cause.message, 'x is not a function')
  assert.match(error.stack, /log-writer\.test\.ts/)
})

test('bounds every line, whatever it is given', () => {
  const { log, lines, last } = logging()
  const deep: Record<string, unknown> = {}
  deep['self'] = deep
  const wide = Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`field${index}`, 'x'.repeat(1_000)]))
  log.info('big', {
    orderId: 'o-1',
    deep,
    wide,
    list: Array.from({ length: 10_000 }, () => 'y'),
    big: 1n,
    none: undefined,
    infinite: Infinity,
    date: new Date(Number.NaN),
    bytes: new Uint8Array(9),
  })
  assert.ok(lines[0]!.length <= 16_000, String(lines[0]!.length))
  assert.equal(last()['orderId'], 'o-1')
  assert.equal(last()['bytes'], '[9 bytes]')
})

test('survives a write that throws', () => {
  const { log } = logging({
    write: () => {
      throw new Error('EPIPE')
    },
  })
  log.error('told to nobody')
})

test('writes for people on one line: time, level, service, message, facts', () => {
  const { log, lines } = logging({ format: 'human' })
  log.warn('event parked', { attempts: 5, detail: 'two words', service: 'orders', none: undefined })
  log.with({ service: 'orders' }).error('failed')
  assert.deepEqual(lines, ['12:03:04.005 WARN  orders event parked attempts=5 detail="two words"\n', '12:03:04.005 ERROR orders failed\n'])
})

test('writes an error below its line, with its places in our own code and with what caused it', () => {
  const { log, lines } = logging({ format: 'human' })
  log.error('failed', { error: new BanyanError('internal', 'wrong', { cause: new TypeError('boom') }), orderId: 'o-1' })
  const [first, error, ...more] = lines[0]!.trimEnd().split('\n')
  assert.equal(first, '12:03:04.005 ERROR failed orderId=o-1')
  assert.equal(error, '    BanyanError (internal): wrong')
  assert.ok(more.includes('    caused by TypeError: boom'))
  assert.match(more[0]!, /^ {8}at .*log-writer\.test\.ts:\d+/)
  assert.doesNotMatch(lines[0]!, /node:internal/)
})

const FAKED = '\n12:03:04.005 ERROR orders all is lost\r\u001B[2K\u202E\u200B\u2028\u0085'

test('no text in a message, a name, a field or an error fakes a line or reaches the terminal as a command', () => {
  for (const format of ['human', 'json'] as const) {
    const { log, lines } = logging({ format })
    const error = new Error(`boom${FAKED}\n    at fake (real.ts:1:1)`, { cause: `why${FAKED}` })
    error.name = `Error${FAKED}`
    log.with({ service: `orders${FAKED}` }).warn(`id ${FAKED}`, { [`field${FAKED}`]: FAKED, nested: { text: FAKED, list: [FAKED] }, error })
    const entries = lines
      .join('')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('    '))
    assert.equal(entries.length, 1, entries.join('\n'))
    assert.match(lines.join(''), /^[ -~\n…]*$/)
    if (format === 'human') assert.doesNotMatch(lines[0]!, /^ +at fake/m)
  }
})
