import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  acknowledgedSurvive,
  byTransitions,
  byVersion,
  checkHistory,
  historyRecorder,
  monotonicReads,
  neverBelow,
  nothingFromNowhere,
  oneEffectPerKey,
  readsOwnWrites,
  sameKeySameAnswer,
} from '../index.ts'
import type { HistoryCheck, HistoryEntry, Observation, Sight } from '../index.ts'

interface OrderSeen {
  readonly id: string
  readonly status: string
  readonly version: number
  readonly fresh?: boolean
}

const STATUSES = { pending: ['confirmed', 'rejected'], confirmed: ['cancelled'] }
const FINAL = new Set(['confirmed', 'rejected', 'cancelled'])

/** An order that Ann placed under a key, confirmed by the time she looked; all as it should be. */
const placed = anEntry({ key: 'k1', input: { sku: 'a' }, at: [0, 1], value: { id: 'o1', status: 'pending', version: 1 } })
const looked = anEntry({ operation: 'get', at: [4, 5], value: { id: 'o1', status: 'confirmed', version: 2 } })
const repeated = { ...placed, process: 'ann-2', invokedAt: 6, returnedAt: 7 }
const GOOD_ENTRIES = [placed, looked, repeated, anEntry({ key: 'k2', at: [8], outcome: 'unknown' })]
const GOOD_OBSERVATIONS = [
  anObservation({ source: 'orders', value: { status: 'confirmed', key: 'k1' } }),
  anObservation({ source: 'provider', value: { charge: 'o1' } }),
  anObservation({ source: 'stock', entity: 'a', value: { onHand: 5, available: 0 } }),
]

const order = ({ outcome }: HistoryEntry): OrderSeen | undefined =>
  outcome !== 'unknown' && 'value' in outcome ? (outcome.value as OrderSeen) : undefined

const sightOf =
  <Field extends 'status' | 'version'>(field: Field, isMeant: (entry: HistoryEntry) => boolean = () => true) =>
  (entry: HistoryEntry): Sight<OrderSeen[Field]> | undefined => {
    const seen = isMeant(entry) ? order(entry) : undefined
    return seen && { entity: seen.id, state: seen[field] }
  }

const isRefusal = (error: unknown): boolean => (error as { status: number }).status < 500
const fieldOf = (observation: Observation, source: string, field: string): string | undefined =>
  observation.source === source ? (observation.value as Record<string, string | undefined>)[field] : undefined

const CHECKS: readonly HistoryCheck[] = [
  acknowledgedSurvive({
    written: (entry, answer) => (entry.operation === 'place' ? (answer as OrderSeen).id : undefined),
    isState: ({ source }) => source === 'orders',
    isFinal: (state) => FINAL.has(String(fieldOf(state, 'orders', 'status'))),
  }),
  sameKeySameAnswer({ answer: (value) => (value as OrderSeen).id, isRefusal }),
  oneEffectPerKey((observation) => fieldOf(observation, 'provider', 'charge')),
  monotonicReads({ sight: sightOf('version'), mayFollow: byVersion }),
  monotonicReads({ sight: sightOf('status'), mayFollow: byTransitions(STATUSES) }),
  readsOwnWrites({
    write: sightOf('version', ({ operation }) => operation === 'place'),
    read: sightOf('version', ({ operation }) => operation === 'get-fresh'),
    mayFollow: byVersion,
  }),
  nothingFromNowhere({ asked: ({ key }) => key, found: (each) => fieldOf(each, 'orders', 'key'), isRefusal }),
  neverBelow({ amounts: ({ source, value }) => (source === 'stock' ? (value as Record<string, number>) : undefined) }),
]

test('finds nothing in a history that keeps every promise', () => {
  assert.deepEqual(check(), [])
})

describe('finds planted violations:', () => {
  test('an acknowledged order that is lost', () => {
    const lost = anEntry({ key: 'k9', at: [10, 11], value: { id: 'o9', status: 'pending', version: 1 } })
    const [violation, ...others] = checkHistory({ entries: [lost], observations: [] }, CHECKS)
    assert.deepEqual(others, [])
    assert.deepEqual(violation, {
      rule: 'acknowledged-survive',
      message: 'o9 was acknowledged and is lost',
      entries: [lost],
      observations: [],
    })
  })

  test('an acknowledged order that never ends', () => {
    const state = anObservation({ source: 'orders', value: { status: 'pending', key: 'k1' } })
    assert.deepEqual(check({ observations: [state] }), ['acknowledged-survive: o1 has not come to an end'])
  })

  test('a repeated key with another answer', () => {
    const again = anEntry({ key: 'k1', input: { sku: 'a' }, at: [10, 11], value: { id: 'o2', status: 'pending', version: 1 } })
    const second = anObservation({ source: 'orders', entity: 'o2', value: { status: 'confirmed', key: 'k1' } })
    assert.deepEqual(check({ entries: [again], observations: [second] }), ['same-key-same-answer: place k1: got two different answers'])
  })

  test('a repeated key whose other body is accepted, but not one that is refused or remains unknown', () => {
    const other = { process: 'ann-2', key: 'k1', input: { sku: 'b' }, at: [10, 11] as const }
    const accepted = anEntry({ ...other, value: { id: 'o1', status: 'pending', version: 1 } })
    assert.deepEqual(check({ entries: [accepted] }), ['same-key-same-answer: place k1: another body was accepted'])
    assert.deepEqual(check({ entries: [anEntry({ ...other, outcome: { error: { status: 422 } } })] }), [])
    assert.deepEqual(check({ entries: [anEntry({ ...other, outcome: 'unknown' })] }), [])
  })

  test('a key that is refused after it was answered, but not one that meets an outage, or was refused while nobody had answered', () => {
    const again = { key: 'k1', input: { sku: 'a' }, at: [10, 11] as const }
    assert.deepEqual(check({ entries: [anEntry({ ...again, outcome: { error: { status: 404 } } })] }), [
      'same-key-same-answer: place k1: was answered, and refused when repeated',
    ])
    assert.deepEqual(check({ entries: [anEntry({ ...again, outcome: { error: { status: 503 } } })] }), [])
    assert.deepEqual(check({ entries: [anEntry({ ...again, at: [0, 11], outcome: { error: { status: 404 } } })] }), [])
  })

  test('an effect that happened twice', () => {
    const charge = anObservation({ source: 'provider', value: { charge: 'o1' } })
    assert.deepEqual(check({ observations: [charge] }), ['one-effect-per-key: o1 happened 2 times'])
  })

  test('a version that goes back within a session, but not in another session or for reads that overlap', () => {
    const old = { operation: 'get', value: { id: 'o1', status: 'confirmed', version: 1 } }
    assert.deepEqual(check({ entries: [anEntry({ ...old, at: [10, 11] })] }), ['monotonic-reads: ann saw o1 as 1 after 2'])
    assert.deepEqual(check({ entries: [anEntry({ ...old, process: 'bob', at: [10, 11] })] }), [])
    assert.deepEqual(check({ entries: [anEntry({ ...old, at: [5, 11] })] }), [])
  })

  test('a version that goes back across sessions, where that was asked for', () => {
    const stale = anEntry({ operation: 'get', process: 'bob', at: [10, 11], value: { id: 'o1', status: 'confirmed', version: 1 } })
    const everywhere = monotonicReads({ sight: sightOf('version'), mayFollow: byVersion, session: () => 'all' })
    const violations = everywhere({ entries: [looked, stale], observations: [] })
    assert.deepEqual(
      violations.map(({ entries }) => entries),
      [[looked, stale]],
    )
  })

  test('a status that no transition leads to', () => {
    const rejected = anEntry({ operation: 'get', at: [10, 11], value: { id: 'o1', status: 'rejected', version: 3 } })
    assert.deepEqual(check({ entries: [rejected] }), ['monotonic-reads: ann saw o1 as "rejected" after "confirmed"'])
  })

  test('a state that is reached in several steps, or again, may follow; one that the table does not name follows nothing', () => {
    const mayFollow = byTransitions({ red: ['green'], green: ['yellow'], yellow: ['red'] })
    assert.equal(mayFollow('red', 'yellow'), true)
    assert.equal(mayFollow('yellow', 'yellow'), true)
    assert.equal(mayFollow('red', 'blue'), false)
  })

  test("a read that asked for the session's own writes and does not show them", () => {
    const written = anEntry({ key: 'k3', at: [10, 11], value: { id: 'o3', status: 'pending', version: 4 } })
    const stale = anEntry({ operation: 'get-fresh', at: [12, 13], value: { id: 'o3', status: 'pending', version: 0 } })
    const found = checkHistory({ entries: [written, stale], observations: [] }, CHECKS.slice(5, 6))
    assert.deepEqual(found, [{ rule: 'reads-own-writes', message: 'ann saw o3 as 0 after 4', entries: [written, stale], observations: [] }])
    const innocent = [
      { ...stale, process: 'bob' },
      { ...stale, invokedAt: 11 },
    ]
    assert.deepEqual(checkHistory({ entries: [written, ...innocent], observations: [] }, CHECKS.slice(5, 6)), [])
  })

  test('an order that nobody asked for, whose request was refused, or that was there before its request', () => {
    const ghost = anObservation({ source: 'orders', entity: 'o7', value: { status: 'confirmed', key: 'k7' } })
    assert.deepEqual(check({ observations: [ghost] }), ['nothing-from-nowhere: orders shows o7 (k7), but nobody asked for it'])
    const why = ['nothing-from-nowhere: orders shows o7 (k7), but who asked for it was refused, or asked later']
    const request = { key: 'k7', at: [20, 21] as const }
    assert.deepEqual(check({ entries: [anEntry({ ...request, outcome: { error: { status: 409 } } })], observations: [ghost] }), why)
    const early = { ...ghost, at: 19 }
    assert.deepEqual(check({ entries: [anEntry({ ...request, outcome: 'unknown' })], observations: [early] }), why)
    assert.deepEqual(check({ entries: [anEntry({ ...request, outcome: 'unknown' })], observations: [{ ...early, at: 20 }] }), [])
    assert.deepEqual(check({ entries: [anEntry({ ...request, outcome: { error: { status: 503 } } })], observations: [ghost] }), [])
  })

  test('stock below nothing, in the system and in what a client saw', () => {
    const oversold = anObservation({ source: 'stock', entity: 'b', value: { onHand: 5, available: -1 } })
    assert.deepEqual(check({ observations: [oversold] }), ['never-below: b: available is -1'])
    const seen = neverBelow({ amounts: () => undefined, seen: () => ({ units: 2 }), minimum: 3 })
    assert.deepEqual(checkHistory({ entries: [looked], observations: [] }, [seen])[0]?.message, 'ann saw that units is 2')
  })
})

test('a recorder keeps what clients did, in the order of its beginnings and ends', async () => {
  const recorder = historyRecorder({ isUnknown: (error) => error === 'lost' })
  const input = { sku: 'a' }
  const answer = { id: 'o1' }
  const answered = recorder.record({ process: 'ann', operation: 'place', key: 'k1', input }, async () => answer)
  const refused = recorder.record({ process: 'bob', operation: 'place', key: 'k2', input }, () => Promise.reject({ status: 422 }))
  const lost = recorder.record({ process: 'cid', operation: 'place', key: 'k3', input }, () => Promise.reject('lost'))
  input.sku = 'changed later'
  assert.equal(await answered, answer)
  answer.id = 'changed later'
  await assert.rejects(refused, { status: 422 })
  await assert.rejects(lost, (error) => error === 'lost')
  const base = { operation: 'place', input: { sku: 'a' } }
  assert.deepEqual(recorder.entries(), [
    { ...base, process: 'ann', key: 'k1', invokedAt: 0, returnedAt: 3, outcome: { value: { id: 'o1' } } },
    { ...base, process: 'bob', key: 'k2', invokedAt: 1, returnedAt: 4, outcome: { error: { status: 422 } } },
    { ...base, process: 'cid', key: 'k3', invokedAt: 2, outcome: 'unknown' },
  ])
  assert.deepEqual([recorder.now(), recorder.now()], [5, 6])
})

/** What the checks say about the good history with these at its end. */
function check(added: { entries?: HistoryEntry[]; observations?: Observation[] } = {}): string[] {
  const entries = [...GOOD_ENTRIES, ...(added.entries ?? [])]
  const observations = [...GOOD_OBSERVATIONS, ...(added.observations ?? [])]
  return checkHistory({ entries, observations }, CHECKS).map(({ rule, message }) => `${rule}: ${message}`)
}

type EntryOptions = Partial<Pick<HistoryEntry, 'process' | 'operation' | 'key' | 'input' | 'outcome'>> & {
  readonly at: readonly [number, number?]
  readonly value?: unknown
}

function anEntry({ at: [invokedAt, returnedAt], value, ...given }: EntryOptions): HistoryEntry {
  const base = { process: 'ann', operation: 'place', input: {}, outcome: { value }, invokedAt, ...given }
  return returnedAt === undefined ? base : { ...base, returnedAt }
}

function anObservation(given: Partial<Observation> & Pick<Observation, 'source' | 'value'>): Observation {
  return { entity: 'o1', ...given }
}
