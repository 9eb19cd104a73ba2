import { boundedLimit } from '../records/bounded-limit.ts'
import type { FlowEvents, LogRecords, StoreSize } from '../records/log-records.ts'
import { SHOWN_BYTES_MAX } from '../records/shown.ts'
import { events } from './document-log.ts'
import type { DocumentReader } from './documents.ts'
import { shown } from './shown.ts'

/** Bytes of all data of a service, and of these what is free for more; unknown where it is 0. */
export type DataSize = Pick<StoreSize, 'bytes' | 'freeBytes'>

/** What is asked of a log in documents besides its pages. */
export class DocumentLogRecords implements LogRecords {
  readonly #documents: DocumentReader
  readonly #size: () => Promise<DataSize>

  /** `size` asks the engine how much it holds. */
  constructor(documents: DocumentReader, size: () => Promise<DataSize>) {
    this.#documents = documents
    this.#size = size
  }

  async ofFlow(correlationId: string, limit: number): Promise<FlowEvents> {
    const most = boundedLimit(limit)
    const range = { index: 'flow', within: [correlationId], limit: most + 1, textBytesMax: SHOWN_BYTES_MAX } as const
    const found = await this.#documents.range(events, range)
    return { events: found.slice(0, most).map((event) => shown(event, 'data')), more: found.length > most }
  }

  async newestId(): Promise<string | undefined> {
    const newest = await this.#documents.range(events, { reverse: true, limit: NEWEST_EVENTS_MAX, textBytesMax: 0 })
    let highest: string | undefined
    for (const { id } of newest) if (UUID_V7.test(id) && (highest === undefined || id > highest)) highest = id
    return highest
  }

  async size(): Promise<StoreSize> {
    const [size, [oldest], [newest]] = await Promise.all([
      this.#size(),
      this.#documents.range(events, { limit: 1, textBytesMax: 0 }),
      this.#documents.range(events, { limit: 1, textBytesMax: 0, reverse: true }),
    ])
    const count = oldest && newest ? newest.position - oldest.position + 1 : 0
    return { ...size, events: count, oldestEventAt: oldest?.time }
  }
}

/** Events looked at: more than are made in a moment, in whatever order they were committed. */
const NEWEST_EVENTS_MAX = 1_000

const UUID_V7 = /^.{8}-.{4}-7.{3}-.{4}-.{12}$/
