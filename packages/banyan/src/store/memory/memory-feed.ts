import type { Logger } from '../../kernel/logger.ts'
import { headOfLog, pageOfLog } from '../documents/document-log.ts'
import type { Documents } from '../documents/documents.ts'
import type { Feed, FeedReadOptions, StoredEvent } from '../records/feed.ts'
import { positionOfToken } from '../records/token.ts'
import { FeedListeners } from '../records/feed-listeners.ts'
import type { StoreReader } from '../store.ts'

type Read = <T>(body: (tx: StoreReader<Documents>) => Promise<T>) => Promise<T>

/** The log of a store in memory: its events, as they stand in the version that is committed (S7). */
export class MemoryFeed implements Feed {
  readonly #read: Read
  readonly #listeners: FeedListeners

  /** `read` runs a body on a snapshot, and refuses when the store is closed. */
  constructor(read: Read, log: Logger) {
    this.#read = read
    this.#listeners = new FeedListeners(log)
  }

  read(after: number, limit: number, options: FeedReadOptions = {}): Promise<StoredEvent[]> {
    return this.#read((tx) => pageOfLog(tx.database, after, limit, options))
  }

  head(): Promise<number> {
    return this.#read((tx) => headOfLog(tx.database))
  }

  positionOf(token: string): Promise<number | undefined> {
    return positionOfToken(token, () => this.head())
  }

  subscribe(listener: () => void): () => void {
    return this.#listeners.add(listener)
  }

  /** Tells the listeners that there is something new. */
  notify(): void {
    this.#listeners.notify()
  }
}
