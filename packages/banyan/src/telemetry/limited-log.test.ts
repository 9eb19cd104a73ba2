import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BanyanError, type LogFields, type Logger } from '../kernel/index.ts'
import { limitedLog } from './limited-log.ts'

interface Entry {
  readonly level: string
  readonly message: string
  readonly fields: LogFields
}

/** A logger that remembers, on a clock whose timers the test fires. */
function watched() {
  const entries: Entry[] = []
  const timers = new Set<() => void>()
  const writer =
    (level: string, bound: LogFields) =>
    (message: string, fields: LogFields = {}) =>
      void entries.push({ level, message, fields: { ...bound, ...fields } })
  const logger = (bound: LogFields): Logger => ({
    debug: writer('debug', bound),
    info: writer('info', bound),
    warn: writer('warn', bound),
    error: writer('error', bound),
    with: (fields) => logger({ ...bound, ...fields }),
  })
  const clock = { setTimer: (_: number, callback: () => void) => (timers.add(callback), () => void timers.delete(callback)) }
  return {
    entries,
    log: limitedLog(logger({}), { clock }),
    pass() {
      const due = [...timers]
      timers.clear()
      for (const timer of due) timer()
    },
    timers,
  }
}

const poisoned = (position: number): Error => new TypeError(`cannot read event ${position}`)

test('a loop that fails fifty thousand times writes one entry and its count, not fifty thousand stacks', () => {
  const { log, entries, pass } = watched()
  const orders = log.with({ service: 'orders' })
  for (let position = 1; position <= 50_000; position++)
    orders.error('event parked', { type: 'order.created', position, error: poisoned(position) })
  assert.equal(entries.length, 1)
  assert.ok(entries[0]?.fields['error'] instanceof TypeError, 'the first is written whole')
  pass()
  const { message, fields } = entries[1]!
  assert.equal(message, 'event parked: again')
  assert.deepEqual([fields['service'], fields['type'], fields['times'], fields['seconds']], ['orders', 'order.created', 49_999, 10])
  assert.match(String(fields['error']), /^TypeError at poisoned .*limited-log\.test\.ts/)
  assert.ok(!String(fields['error']).includes('\n'))
})

test('what is of another kind is written: another place, another error, another level', () => {
  const { log, entries } = watched()
  const error = poisoned(1)
  log.warn('step failed', { saga: 'a', step: 'x', error })
  log.warn('step failed', { saga: 'a', step: 'y', error })
  log.with({ service: 's' }).warn('step failed', { saga: 'a', step: 'x', error })
  log.error('step failed', { saga: 'a', step: 'x', error })
  log.warn('step failed', { saga: 'a', step: 'x', error: new BanyanError('overloaded', 'x') })
  log.warn('step failed', { saga: 'a', step: 'x', error: new BanyanError('unavailable', 'x') })
  log.warn('step failed', { saga: 'a', step: 'x', error: new BanyanError('unavailable', 'x', { cause: error }) })
  assert.equal(entries.length, 7)
})

test('goes on to tell the number of each interval, and begins anew after a quiet one', () => {
  const { log, entries, pass, timers } = watched()
  for (let interval = 0; interval < 3; interval++) {
    log.warn('no answer')
    log.warn('no answer')
    pass()
  }
  assert.deepEqual(
    entries.map(({ message, fields }) => [message, fields['times']]),
    [
      ['no answer', undefined],
      ['no answer: again', 1],
      ['no answer: again', 2],
      ['no answer: again', 2],
    ],
  )
  pass()
  assert.equal(timers.size, 0, 'nothing is left running')
  log.warn('no answer')
  assert.equal(entries.at(-1)?.message, 'no answer')
})

test('never holds back what is no trouble', () => {
  const { log, entries } = watched()
  for (let time = 0; time < 10; time++) {
    log.info('request')
    log.debug('detail')
  }
  assert.equal(entries.length, 20)
})

test('is bounded in the kinds that it knows, and tells at the end what it counted', () => {
  const { log, entries, timers } = watched()
  for (let kind = 0; kind < 10_000; kind++) log.error('failed', { type: `made.up.${kind}` })
  assert.ok(entries.length < 600, String(entries.length))
  assert.ok(timers.size < 600)
  log.flush()
  assert.ok(Number(entries.at(-1)?.fields['times']) > 9_000)
  assert.equal(timers.size, 0)
})

test('an error that is its own cause is told', () => {
  const { log, entries } = watched()
  const error = new Error('round')
  error.cause = error
  log.error('failed', { error })
  assert.equal(entries.length, 1)
})
