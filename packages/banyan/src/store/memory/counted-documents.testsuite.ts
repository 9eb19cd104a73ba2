import type { Documents } from '../documents/documents.ts'
import { DocumentRecords } from '../documents/document-records.ts'
import { events } from '../documents/document-log.ts'
import { sequences } from '../documents/sequence.ts'
import { COST_NOW } from '../suite/store-costs.testsuite.ts'
import type { CountedDatabase } from '../suite/store-harness.testsuite.ts'
import { aSaga } from '../suite/store-sagas.testsuite.ts'
import type { SagaRecord } from '../records/saga-records.ts'
import { MEMORY_BYTES_MAX, MemoryData } from './memory-data.ts'
import { MemoryDocuments } from './memory-documents.ts'

/** The toolkit's collections in memory, of which every entry that is looked at or written is counted. */
export async function openCounted(): Promise<CountedDatabase & AsyncDisposable> {
  const data = new MemoryData(MEMORY_BYTES_MAX)
  data.prepare([])
  const handle = (): MemoryDocuments =>
    new MemoryDocuments(data.version, { collections: data.collections, bytesMax: data.bytesMax, canWrite: true })
  return {
    async fill(first, last) {
      const documents = handle()
      for (let number = first; number <= last; number++) await addOfEach(documents, recordsOn(documents), number)
      data.version = documents.version
    },
    async cost(body) {
      const documents = handle()
      await body(recordsOn(documents))
      return documents.looks
    },
    async [Symbol.asyncDispose]() {},
  }
}

function recordsOn(documents: Documents): DocumentRecords {
  return new DocumentRecords(documents, { now: () => COST_NOW, size: async () => ({ bytes: 0, freeBytes: 0 }) })
}

/** Far from due, or of a kind that this build does not know, or over. */
async function addOfEach(documents: Documents, records: DocumentRecords, n: number): Promise<void> {
  const { sagas, timers, idempotency, audit, consumption } = records
  const saga = (id: string, fields: Partial<SagaRecord>): Promise<boolean> =>
    sagas.insert(aSaga({ id: `${id}-${n}`, name: 'order', version: 2, owner: null, updatedAt: 5, correlationId: `flow-${n}`, ...fields }))
  await saga('waiting', { status: 'waiting', wakeAt: 8_640_000_000_000_000 })
  await saga('sleeping', { status: 'waiting', wakeAt: COST_NOW + 1 + n })
  await saga('retrying', { status: 'running', wakeAt: COST_NOW + 1 + n })
  await saga('stuck', { status: 'stuck' })
  await saga('ended', { status: 'completed', updatedAt: COST_NOW + n })
  await saga('older', { version: 1, status: 'waiting', wakeAt: 0 })
  const signal = { sagaId: `waiting-${n}`, name: 'go', signalId: 's', data: '{}', consumed: true, receivedAt: COST_NOW }
  await sagas.addSignal(signal)
  const waits = n % 2 === 0 ? { waitsSince: COST_NOW - n } : {}
  await timers.schedule({ id: `timer-${n}`, name: 't', dueAt: COST_NOW + n, data: '{}', attempts: 0, correlationId: 'c', ...waits })
  const answer = { scope: 'place', key: `key-${n}`, fingerprint: 'f', state: 'succeeded', reply: '{}', permits: null } as const
  await idempotency.save({ ...answer, expiresAt: COST_NOW + n })
  await audit.append({ at: COST_NOW + n, actor: 'a', action: 'b', subject: 'c', reason: 'd' })
  const parked = { consumer: 'c', source: 's', position: n, key: `key-${n}`, event: '{}', attempts: 5, error: 'no', parkedAt: 1 }
  await consumption.park({ ...parked, state: 'failed' })
  const about = { type: 'x', version: 1, key: 'k', time: COST_NOW, data: '{}', causationId: 'c', traceparent: 't' }
  await documents.put(events, { ...about, position: n, id: `event-${n}`, correlationId: `flow-${n}` })
  await documents.put(sequences, { name: 'event', value: n })
}
