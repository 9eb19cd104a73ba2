import { boundedLimit } from '../records/bounded-limit.ts'
import { type FeedReadOptions, LARGE_DATA_BYTES, type NewEvent, READ_BYTES_MAX, type StoredEvent } from '../records/feed.ts'
import { pageBehind } from '../records/page-history.ts'
import { refuseRemovedEvents } from '../records/removed-events.ts'
import { collection } from './collection.ts'
import { type DocumentReader, type Documents, TEXT_LEFT_OUT } from './documents.ts'
import { sequences, takeNumbers } from './sequence.ts'

/** The log of a service's events. */
export const events = collection({
  name: 'banyan_event',
  key: ({ position }: StoredEvent) => [position],
  indexes: { flow: ({ correlationId, position }) => [correlationId, position] },
  large: ['data'],
})

const POSITIONS = 'event'

/** Writes the events of one transaction at the end of the log; returns them with their positions. */
export async function appendEvents(documents: Documents, emitted: readonly NewEvent[]): Promise<StoredEvent[]> {
  const last = await takeNumbers(documents, POSITIONS, emitted.length)
  const stored = emitted.map((event, index): StoredEvent => ({ ...event, position: last - emitted.length + 1 + index }))
  await documents.put(events, ...stored)
  return stored
}

/** Position of the newest event; 0 when there never was one. */
export async function headOfLog(documents: DocumentReader): Promise<number> {
  return (await documents.get(sequences, [POSITIONS]))?.value ?? 0
}

/** Reads a page of the log, as `Feed.read` says. */
export async function pageOfLog(
  documents: DocumentReader,
  after: number,
  limit: number,
  { afterId, types, bytesMax = READ_BYTES_MAX }: FeedReadOptions,
): Promise<StoredEvent[]> {
  const page = await rowsOfLog(documents, after, boundedLimit(limit), afterId)
  const read: StoredEvent[] = []
  let bytes = 0
  for (const row of page) {
    const isWanted = types === undefined || types.has(row.type)
    const event = row.data !== TEXT_LEFT_OUT ? row : isWanted ? await documents.get(events, [row.position]) : undefined
    read.push(event ?? { ...row, ...NO_BODY })
    bytes += Buffer.byteLength(event?.data ?? '')
    if (bytes >= bytesMax) break
  }
  return read
}

/** What an event has instead of a body that nobody asked for. */
const NO_BODY = { data: '', correlationId: '', causationId: '', traceparent: '' }

async function rowsOfLog(documents: DocumentReader, after: number, limit: number, afterId?: string): Promise<readonly StoredEvent[]> {
  const reading = { textBytesMax: LARGE_DATA_BYTES }
  if (afterId !== undefined) {
    const rows = await documents.range(events, { ...reading, after: [after - 1], limit: limit + 1 })
    return pageBehind(rows, after, afterId, ({ id }) => id).slice(0, limit)
  }
  const rows = await documents.range(events, { ...reading, after: [after], limit })
  refuseRemovedEvents(rows, after)
  return rows
}
