import { boundedLimit } from '../records/bounded-limit.ts'
import type { SagaFilter, SagaKind, SagaRecord } from '../records/saga-records.ts'
import { SHOWN_BYTES_MAX } from '../records/shown.ts'
import { PAGE_DOCUMENTS } from './all-of.ts'
import type { DocumentBounds, DocumentReader } from './documents.ts'
import { sagas } from './saga-collections.ts'
import { shown } from './shown.ts'

/** Lists sagas by id, for people. Large inputs and outputs are told, not read. */
export async function listSagas(documents: DocumentReader, filter: SagaFilter): Promise<SagaRecord[]> {
  const limit = boundedLimit(filter.limit)
  const page = isExact(filter) ? limit : PAGE_DOCUMENTS
  const found: SagaRecord[] = []
  for (let after = filter.after ?? ''; found.length < limit;) {
    const range = { ...boundsOf(filter), after: [after], limit: page, textBytesMax: SHOWN_BYTES_MAX }
    const read = await documents.range(sagas, range)
    found.push(...read.filter((saga) => fits(saga, filter)).map(shownSaga))
    const last = read.at(-1)
    if (last === undefined || read.length < page) break
    after = last.id
  }
  return found.slice(0, limit)
}

/** Stuck sagas of a kind with ids above `after`. What waits or has ended is not read. */
export async function stuckSagas(
  documents: DocumentReader,
  { name, version }: SagaKind,
  after: string,
  limit: number,
): Promise<SagaRecord[]> {
  const within = [name, version, 'stuck']
  const range = { index: 'timeless', within, after: [after], limit: boundedLimit(limit), textBytesMax: SHOWN_BYTES_MAX } as const
  return (await documents.range(sagas, range)).map(shownSaga)
}

/** The narrowest place that has all that a filter lets through, in the order of their ids. */
function boundsOf({ name, status, correlationId }: SagaFilter): DocumentBounds<'status' | 'flow'> {
  if (correlationId !== undefined) return { index: 'flow', within: [correlationId] }
  return name !== undefined && status !== undefined ? { index: 'status', within: [name, status] } : {}
}

/** Whether {@link boundsOf} finds nothing but what a filter lets through. */
function isExact({ name, status, correlationId }: SagaFilter): boolean {
  if (correlationId !== undefined) return name === undefined && status === undefined
  return (name === undefined) === (status === undefined)
}

function fits(saga: SagaRecord, { name, status, correlationId }: SagaFilter): boolean {
  const is = (wanted: string | undefined, found: string): boolean => wanted === undefined || wanted === found
  return is(name, saga.name) && is(status, saga.status) && is(correlationId, saga.correlationId)
}

function shownSaga(saga: SagaRecord): SagaRecord {
  return shown(saga, 'input', 'output')
}
