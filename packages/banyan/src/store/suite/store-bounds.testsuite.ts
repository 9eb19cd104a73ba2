import assert from 'node:assert/strict'
import { KEY_LENGTH_MAX } from '../../contract/text.ts'
import { ANSWER_BYTES_MAX, DATA_BYTES_MAX, IDEMPOTENCY_KEY_BYTES_MAX } from '../records/bounds.ts'
import { EVENTS_PER_TRANSACTION_MAX } from '../records/emitted-events.ts'
import { anEvent, counter, promise, readAll, START_MS, type StoreHarness } from './store-harness.testsuite.ts'
import { aSaga } from './store-sagas.testsuite.ts'
import type { StoreTransaction } from '../store.ts'
import { stateOf } from './test-variants.testsuite.ts'

/** What no store keeps, with a name. */
const UNSTORABLE: readonly (readonly [string, string])[] = [
  ['NUL', 'a\0b'],
  ['the first half of a surrogate pair', 'a\ud83d'],
  ['the second half of one', '\udca5b'],
]
/** What every store keeps as it is: controls, bidi, non-characters, the highest code point, decomposed letters. */
const ODD = ['\u0001', '\u0085', '\u202e', '\ufeff', '\uffff', '\u{10ffff}', 'u\u0308', '\'\\"%_?$1', '\r\n\t']

/** S13: what a text and a record may hold is the same in all stores, and is refused before anything commits. */
export function testBounds(harness: StoreHarness): void {
  const refused = { code: 'misuse', status: 500 }
  for (const [name, text] of UNSTORABLE) {
    promise(
      harness,
      `S13 a text with ${name} is refused by the statement that writes it, and nothing of the transaction stays`,
      async ({ store }) => {
        for (const write of ['set', 'add', 'addLater'] as const)
          await assert.rejects(
            store.transaction(async (tx) => {
              const { counters } = stateOf(tx)
              await counters.add('before')
              await counters[write](text, 1)
            }),
            refused,
          )
        assert.equal(await counter(store, 'before'), 0)
      },
    )
    promise(harness, `S13 a text with ${name} is refused by the statement that looks for it`, async ({ store }) => {
      await assert.rejects(
        store.read((tx) => stateOf(tx).counters.get(text)),
        refused,
      )
      await assert.rejects(
        store.read((tx) => stateOf(tx).counters.from(text)),
        refused,
      )
      await assert.rejects(
        store.readApart((tx) => stateOf(tx).counters.from(text)),
        refused,
      )
    })
    promise(
      harness,
      `S13 an event with ${name} in its key or its data is refused when it is emitted, in order with the rest`,
      async ({ store }) => {
        for (const event of [anEvent(text), anEvent('k', { deep: [{ text }] })]) {
          const emitted = store.transaction(async (tx) => {
            await stateOf(tx).counters.add('before')
            tx.emit(event)
          })
          await assert.rejects(emitted, refused)
        }
        assert.deepEqual([await counter(store, 'before'), await store.feed.head()], [0, 0])
      },
    )
  }

  promise(harness, 'S13 every other text comes back as it was, in columns and in events', async ({ store }) => {
    const texts = [...ODD, ...ODD.map((text) => `\\u0000${text}`), '\\ud800', '\\\\u0000']
    await store.transaction(async (tx) => {
      for (const text of texts) await stateOf(tx).blobs.put(text, text)
      tx.emit(anEvent('k', { texts }))
    })
    for (const text of texts) assert.equal(await store.read((tx) => stateOf(tx).blobs.get(text)), text)
    const [event] = await readAll(store.feed, 1)
    assert.deepEqual(JSON.parse(event?.data ?? ''), { texts })
  })

  const json = (bytes: number): string => JSON.stringify('ü'.repeat((bytes - 2) / 2))

  promise(
    harness,
    'S13 a transaction emits so many events and no more; the one too many is refused when it is emitted',
    async ({ store }) => {
      const emit = (count: number, data = '{}') =>
        store.transaction(async (tx) => {
          for (let number = 0; number < count; number++) tx.emit({ ...anEvent(`k${number % 7}`), data })
        })
      await emit(EVENTS_PER_TRANSACTION_MAX)
      await readAll(store.feed, EVENTS_PER_TRANSACTION_MAX)
      await assert.rejects(emit(EVENTS_PER_TRANSACTION_MAX + 1), {
        code: 'misuse',
        message: /at most 1000 events.*transactions of their own/,
      })
      await assert.rejects(emit(9, json(DATA_BYTES_MAX).replaceAll('ü', 'uu')), {
        code: 'misuse',
        message: /at most \d+ characters of data/,
      })
      assert.equal(await store.feed.head(), EVENTS_PER_TRANSACTION_MAX)
    },
  )

  const key = 'k'.repeat(KEY_LENGTH_MAX)
  const reply = { state: 'succeeded', reply: '1', permits: null, expiresAt: START_MS + 1_000 } as const
  const answer = { scope: 'pay', key: 'k', fingerprint: 'f', ...reply }
  const timer = { id: 't', name: 'remind', dueAt: 5, data: '1', attempts: 0, correlationId: 'flow' }
  const signal = { sagaId: 's1', name: 'paid', signalId: 'i', data: '1', consumed: false, receivedAt: 1 }
  const records: Readonly<Record<string, (tx: StoreTransaction, more: number) => unknown>> = {
    'the data of an event': (tx, more) => tx.emit({ ...anEvent('k'), data: json(DATA_BYTES_MAX + more) }),
    'the key of an event': (tx, more) => tx.emit(anEvent(`${key}${'k'.repeat(more)}`)),
    'the input of a saga': (tx, more) => tx.sagas.insert(aSaga({ input: json(DATA_BYTES_MAX + more) })),
    'the id of a saga': (tx, more) => tx.sagas.insert(aSaga({ id: `${key}${'k'.repeat(more)}` })),
    'the data of a signal': (tx, more) => tx.sagas.addSignal({ ...signal, data: json(DATA_BYTES_MAX + more) }),
    'the data of a timer': (tx, more) => tx.timers.schedule({ ...timer, data: json(DATA_BYTES_MAX + more) }),
    'the id of a timer': (tx, more) => tx.timers.schedule({ ...timer, id: `${key}${'k'.repeat(more)}` }),
    'an answer that is kept for its key': (tx, more) => tx.idempotency.save({ ...answer, reply: json(ANSWER_BYTES_MAX + more) }),
    'the list of whom an answer is for': (tx, more) => tx.idempotency.save({ ...answer, permits: json(DATA_BYTES_MAX + more) }),
    'an idempotency key': (tx, more) => tx.idempotency.save({ ...answer, key: 'k'.repeat(IDEMPOTENCY_KEY_BYTES_MAX + more) }),
  }
  for (const [name, write] of Object.entries(records))
    promise(harness, `S13 ${name} is kept up to its bound and refused beyond it, before anything commits`, async ({ store }) => {
      await store.transaction(async (tx) => {
        await write(tx, 0)
      })
      const beyond = store.transaction(async (tx) => {
        await stateOf(tx).counters.add('before')
        await write(tx, 2)
      })
      await assert.rejects(beyond, refused)
      assert.equal(await counter(store, 'before'), 0)
    })
}
