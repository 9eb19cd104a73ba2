import { BanyanError } from '../../kernel/error.ts'
import type { Runtime } from '../../kernel/runtime.ts'
import type { ApartOptions } from '../apart.ts'
import type { Documents } from '../documents/documents.ts'
import type { Commit, Store, StoreFeatures, StoreReader, StoreTransaction, TransactionOptions } from '../store.ts'
import type { MemoryData } from './memory-data.ts'
import { MEMORY_FEATURES } from './memory-features.ts'
import { MemoryFeed } from './memory-feed.ts'
import { MemoryReads } from './memory-reads.ts'
import { MemoryTransactions } from './memory-transactions.ts'

/** The open parts of a store. */
export interface MemoryStoreParts {
  readonly service: string
  readonly runtime: Runtime
  readonly data: MemoryData
}

/** A service's own data in memory. */
export class MemoryStore implements Store<Documents> {
  readonly features: StoreFeatures = MEMORY_FEATURES
  readonly feed: MemoryFeed
  readonly #parts: MemoryStoreParts
  readonly #reads: MemoryReads
  readonly #transactions: MemoryTransactions
  #closed: Promise<void> | undefined

  constructor(parts: MemoryStoreParts) {
    const { data, runtime } = parts
    this.#parts = parts
    this.#reads = new MemoryReads(data, runtime)
    this.feed = new MemoryFeed((body) => this.read(body), runtime.log)
    this.#transactions = new MemoryTransactions({ ...parts, notify: () => this.feed.notify() })
  }

  async transaction<T>(body: (tx: StoreTransaction<Documents>) => Promise<T>, options?: TransactionOptions): Promise<Commit<T>> {
    this.#assertOpen()
    return this.#transactions.run(body, options)
  }

  async read<T>(body: (tx: StoreReader<Documents>) => Promise<T>): Promise<T> {
    this.#assertOpen()
    return this.#reads.run(body)
  }

  /** As `read`: there is no other process that could look into this one's memory. */
  readApart<T>(body: (tx: StoreReader<Documents>) => Promise<T>, _options?: ApartOptions): Promise<T> {
    return this.read(body)
  }

  async ping(): Promise<void> {
    this.#assertOpen()
  }

  close(): Promise<void> {
    return (this.#closed ??= this.#close())
  }

  async #close(): Promise<void> {
    await Promise.all([this.#transactions.settle(), this.#reads.settle()])
    this.#parts.data.isOpen = false
  }

  #assertOpen(): void {
    if (this.#closed)
      throw new BanyanError('unavailable', `the store of service ${this.#parts.service} in memory is closed; the process is stopping`)
  }
}
