import { appendEvents } from '../documents/document-log.ts'
import { DocumentRecords, type DocumentRecordsParts } from '../documents/document-records.ts'
import type { Documents } from '../documents/documents.ts'
import { EmittedEvents } from '../records/emitted-events.ts'
import type { NewEvent, StoredEvent } from '../records/feed.ts'
import type { StoreTransaction } from '../store.ts'
import type { MemoryDocuments } from './memory-documents.ts'

/** One transaction under way. */
export class MemoryTransaction extends DocumentRecords implements StoreTransaction<Documents> {
  readonly #documents: MemoryDocuments
  readonly #events = new EmittedEvents()
  readonly #callbacks: (() => void)[] = []
  #works: (() => Promise<unknown>)[] = []

  constructor(documents: MemoryDocuments, parts: DocumentRecordsParts) {
    super(documents, parts)
    this.#documents = documents
  }

  emit(event: NewEvent): void {
    this.#documents.assertUsable()
    this.#events.add(event)
  }

  beforeCommit(work: () => Promise<unknown>): void {
    this.#documents.assertUsable()
    this.#works.push(work)
  }

  afterCommit(callback: () => void): void {
    this.#documents.assertUsable()
    this.#callbacks.push(callback)
  }

  /** What to call once it is committed. */
  get callbacks(): readonly (() => void)[] {
    return this.#callbacks
  }

  /**
   * Does what was left for before the commit, and writes the events, last of all; returns them with their positions. Throws when a call of the
   * body failed, also one that nobody waited for.
   */
  async conclude(): Promise<readonly StoredEvent[]> {
    while (this.#works.length > 0) {
      const works = this.#works
      this.#works = []
      await Promise.all(works.map(async (work) => work()))
    }
    this.#documents.assertUsable()
    const { list } = this.#events
    return list.length === 0 ? [] : appendEvents(this.#documents, list)
  }
}
