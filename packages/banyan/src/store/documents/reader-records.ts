import { assertReadersFit, type ReaderPosition, type ReaderRecord, type ReaderRecords } from '../records/reader-records.ts'
import { allOf } from './all-of.ts'
import { collection } from './collection.ts'
import type { Documents } from './documents.ts'

/** A reader as it is kept. */
interface KeptReader extends Omit<ReaderRecord, 'forgottenAt'> {
  readonly forgottenAt: number | null
}

/** Who reads the log elsewhere. */
export const readers = collection({ name: 'banyan_reader', key: ({ service, consumer }: KeptReader) => [service, consumer] })

/** Readers of the log in documents. */
export class DocumentReaderRecords implements ReaderRecords {
  readonly #documents: Documents

  constructor(documents: Documents) {
    this.#documents = documents
  }

  async acknowledge(service: string, consumers: readonly ReaderPosition[], now: number): Promise<void> {
    assertReadersFit(service, consumers.length)
    const named = new Set(consumers.map(({ consumer }) => consumer))
    const known = await allOf(this.#documents, readers, { within: [service] })
    const gone = known.filter(({ consumer, forgottenAt }) => forgottenAt === null && !named.has(consumer))
    await this.#documents.remove(readers, ...gone.map(readers.key))
    const seen = consumers.map(({ consumer, position }) => ({ service, consumer, position, seenAt: now, forgottenAt: null }))
    await this.#documents.put(readers, ...seen)
  }

  async list(): Promise<readonly ReaderRecord[]> {
    const all = await allOf(this.#documents, readers, { within: [] })
    return all.map(({ forgottenAt, ...reader }) => ({ ...reader, forgottenAt: forgottenAt ?? undefined }))
  }

  async forget(service: string, consumer: string, now: number): Promise<boolean> {
    let isNews = false
    await this.#documents.change(readers, [service, consumer], (found) => {
      isNews = found === undefined || found.forgottenAt === null
      const reader = found ?? { service, consumer, position: 0, seenAt: now }
      return isNews ? { ...reader, forgottenAt: now } : undefined
    })
    return isNews
  }
}
