import assert from 'node:assert/strict'
import { test } from 'node:test'
import { audit, contract, event, query, Type } from '../../contract/index.ts'
import { define } from './define.ts'
import { service } from './service.ts'

const Nothing = Type.Object({})
const operations = { look: query('GET /api/things', { input: Nothing, output: Nothing, access: 'public' }) }
const told = { 'thing.told': event({ key: 'id', data: Type.Object({ id: Type.String() }) }) }
const things = contract('things', { operations, events: told, audits: { books: audit({ input: Nothing, output: Nothing }) } })
const others = contract('others', { events: told })
const parts = () => define(things, { listens: [others] })
type Parts = ReturnType<typeof parts>

/** Puts the service together with what `more` adds. */
const put = (more: (made: Parts) => object): (() => unknown) => {
  const made = parts()
  const all = { operations: [made.operation('look', async () => ({}))], audits: [made.audit('books', async () => ({}))], ...more(made) }
  return () => service(made.definition, all as never)
}
const REFUSED: Record<string, [(made: Parts) => object, RegExp]> = {
  'a timer that is defined but not listed': [({ timer }) => (timer('expire', async () => {}), {}), /timer "expire" .* add it to timers/],
  'a saga that is defined but not listed': [({ saga }) => (saga('place', async () => {}), {}), /saga "place" .* add it to sagas/],
  'a read model that is defined but not listed': [
    ({ projection }) => (projection('view', { tables: () => [], on: {} }), {}),
    /projection "view" .* add it to projections/,
  ],
  'an audit query without a handler': [() => ({ audits: [] }), /audit "books" of the contract has no handler; add it to audits/],
  'a handler of an audit query that there is not': [
    ({ audit }) => ({ audits: [audit('books', async () => ({})), audit('bills' as never, (async () => ({})) as never)] }),
    /handler of "bills", which is no audit of its contract/,
  ],
  'an operation without a handler': [() => ({ operations: [] }), /operation "look" of the contract has no handler/],
  'a handler without an operation': [
    ({ operation }) => ({ operations: [operation('look', async () => ({})), operation('loko' as 'look', async () => ({}))] }),
    /handler of "loko", which is no operation/,
  ],
  'two handlers of an operation': [
    ({ operation }) => ({ operations: [operation('look', async () => ({})), operation('look', async () => ({}))] }),
    /operation "look" is there twice/,
  ],
  'an event that two contracts have': [({ on }) => ({ on: [on('thing.told', async () => {})] }), /in the contracts of things and others/],
  'an event that no contract has': [({ on }) => ({ on: [on('thing.lost' as 'thing.told', async () => {})] }), /"thing.lost" is in none/],
}
for (const [what, [more, message]] of Object.entries(REFUSED))
  test(`refuses ${what}, and says what to do`, () => {
    assert.throws(put(more), { code: 'misuse', message: new RegExp(`^service things: .*${message.source}`) })
  })

test('refuses subscriptions of one consumer that begin at different places, and the same one twice', () => {
  const { on, definition } = define(contract('ear', {}), {
    listens: [contract('mouth', { events: { ...told, 'thing.sung': told['thing.told'] } })],
  })
  const first = on('thing.told', async () => {})
  assert.throws(() => service(definition, { on: [first, on('thing.sung', async () => {}, { from: 'now' })] }), {
    code: 'misuse',
    message: /consumer "main" of mouth begins both at the beginning and now/,
  })
  assert.throws(() => service(definition, { on: [first, on('thing.told', async () => {})] }), {
    message: /"thing.told of consumer main" is there twice/,
  })
  service(definition, { on: [first, on('thing.sung', async () => {}, { from: 'now', consumer: 'singer' })] })
})

test('a newer definition of a name stands for an older one that is kept in the code', () => {
  const made = parts()
  made.saga('place', async () => {}, { version: 1 })
  const sagas = [made.saga('place', async () => {}, { version: 2 })]
  service(made.definition, {
    operations: [made.operation('look', async () => ({}))],
    audits: [made.audit('books', async () => ({}))],
    sagas,
  })
})
