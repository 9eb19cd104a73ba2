import { assertSignalFits } from '../records/bounds.ts'
import type { PrunedSignals, SagaSignalRecord } from '../records/saga-records.ts'
import type { Documents } from './documents.ts'
import { isOpen, type KeptSignal, sagaSignals, sagas } from './saga-collections.ts'
import { takeNumbers } from './sequence.ts'

/** Stores a signal; returns false when its id was seen before. */
export async function addSignal(documents: Documents, signal: SagaSignalRecord): Promise<boolean> {
  assertSignalFits(signal)
  const { sagaId, name, signalId, data, consumed, receivedAt } = signal
  if (await documents.get(sagaSignals, [sagaId, signalId], { textBytesMax: 0 })) return false
  const number = await takeNumbers(documents, 'signal')
  await documents.add(sagaSignals, { sagaId, name, signalId, data, consumed, receivedAt, number })
  return true
}

/** Takes the oldest signal of a name that nobody has taken. */
export async function takeSignal(documents: Documents, sagaId: string, name: string): Promise<SagaSignalRecord | undefined> {
  const [oldest] = await documents.range(sagaSignals, { index: 'waiting', within: [sagaId, name], limit: 1 })
  if (oldest === undefined) return undefined
  const taken = { ...oldest, consumed: true }
  await documents.put(sagaSignals, taken)
  return signalRecord(taken)
}

/** Of a page of signals, removes those of final sagas, and of sagas that were not started in time. */
export async function pruneSignals(documents: Documents, before: number, limit: number, behind: number): Promise<PrunedSignals> {
  const page = await documents.range(sagaSignals, { index: 'number', after: [behind], limit, textBytesMax: 0 })
  const ids = [...new Set(page.map(({ sagaId }) => sagaId))]
  const found = await documents.getMany(
    sagas,
    ids.map((id) => [id]),
    { textBytesMax: 0 },
  )
  const known = new Map(found.flatMap((saga) => (saga ? [[saga.id, saga]] : [])))
  const over = page.filter(({ sagaId, receivedAt }) => {
    const saga = known.get(sagaId)
    return saga === undefined ? receivedAt < before : !isOpen(saga)
  })
  const removed = await documents.remove(sagaSignals, ...over.map(sagaSignals.key))
  return { removed, next: page.length < limit ? undefined : page.at(-1)?.number }
}

function signalRecord({ sagaId, name, signalId, data, consumed, receivedAt }: KeptSignal): SagaSignalRecord {
  return { sagaId, name, signalId, data, consumed, receivedAt }
}
