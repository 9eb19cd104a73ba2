import type { Logger } from '../../kernel/logger.ts'
import { headOfLog, pageOfLog } from '../documents/document-log.ts'
import type { Documents } from '../documents/documents.ts'
import type { Feed, FeedReadOptions, StoredEvent } from '../records/feed.ts'
import { TOKEN, unknownToken } from '../records/token.ts'
import type { StoreReader } from '../store.ts'

type Read = <T>(body: (tx: StoreReader<Documents>) => Promise<T>) => Promise<T>

/** The log of a store in memory: its events, as they stand in the version that is committed (S7). */
export class MemoryFeed implements Feed {
  readonly #read: Read
  readonly #log: Logger
  readonly #listeners = new Set<() => void>()

  /** `read` runs a body on a snapshot, and refuses when the store is closed. */
  constructor(read: Read, log: Logger) {
    this.#read = read
    this.#log = log
  }

  read(after: number, limit: number, options: FeedReadOptions = {}): Promise<StoredEvent[]> {
    return this.#read((tx) => pageOfLog(tx.database, after, limit, options))
  }

  head(): Promise<number> {
    return this.#read((tx) => headOfLog(tx.database))
  }

  async positionOf(token: string): Promise<number | undefined> {
    const position = TOKEN.test(token) ? Number(token) : Number.NaN
    if (Number.isSafeInteger(position) && position <= (await this.head())) return position
    throw unknownToken()
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Tells the listeners that there is something new. */
  notify(): void {
    for (const listener of this.#listeners) {
      try {
        listener()
      } catch (error) {
        this.#log.error('a listener of the event feed failed', { error })
      }
    }
  }
}
