import { misuse } from '../../kernel/error.ts'
import type { Runtime } from '../../kernel/runtime.ts'
import type { EventMark } from '../records/feed.ts'
import type { ApartOptions } from '../apart.ts'
import type { Commit, Store, StoreFeatures, StoreReader, StoreTransaction } from '../store.ts'
import type { ApartReader } from './apart/apart-reader.ts'
import type { CommitTurns } from './commit-turns.ts'
import { EventTail } from './event-tail.ts'
import { GroupCommit, type Sync } from './group-commit.ts'
import type { WatchedFile } from './watched-file.ts'
import { SnapshotQueue } from './snapshot-queue.ts'
import type { SqliteConnection } from './sqlite-connection.ts'
import { SQLITE_FEATURES } from './sqlite-features.ts'
import { SqliteFeed } from './sqlite-feed.ts'
import type { StoreHealth } from './store-health.ts'
import type { Sql } from '../sql.ts'

/** The open parts of a store. */
export interface SqliteStoreParts {
  readonly service: string
  readonly runtime: Runtime
  readonly reader: SqliteConnection
  /** Tells whether the file is still where it was opened; absent where there is none to watch. */
  readonly file?: WatchedFile
  /** Absent in a store that only reads. */
  readonly writer?: {
    readonly connection: SqliteConnection
    readonly lock: { release(): void }
    /** The newest event on disk; undefined when there never was one. */
    readonly newest: EventMark | undefined
    readonly turns: CommitTurns
    readonly sync?: Sync
  }
  readonly health: StoreHealth
  /** Reads the file in another process. Without it, in a simulator, reads apart are like others. */
  readonly apart?: ApartReader
}

/**
 * Moves the log into the database file, so that the file alone is a complete backup. No `PRAGMA optimize`: what it notes of tables that are
 * small today would let SQLite read through them when they are large; without notes it takes them for large, and uses the indexes.
 */
const CHECKPOINT = 'PRAGMA wal_checkpoint(TRUNCATE)'

/** A service's own SQLite file: one connection that writes, one that reads. */
export class SqliteStore implements Store<Sql> {
  readonly features: StoreFeatures = SQLITE_FEATURES
  readonly feed: SqliteFeed
  readonly #parts: SqliteStoreParts
  readonly #snapshots: SnapshotQueue
  readonly #writer: GroupCommit | undefined
  #closed: Promise<void> | undefined

  constructor(parts: SqliteStoreParts) {
    const { service, runtime, reader, writer, health } = parts
    this.#parts = parts
    this.#snapshots = new SnapshotQueue(reader, runtime.clock, health)
    this.feed = new SqliteFeed(this.#snapshots, runtime.log, writer && new EventTail(writer.newest))
    this.#writer = writer && new GroupCommit({ ...writer, service, runtime, feed: this.feed, snapshots: this.#snapshots, health })
  }

  async transaction<T>(body: (tx: StoreTransaction<Sql>) => Promise<T>): Promise<Commit<T>> {
    if (!this.#writer) misuse(`${this.#parts.reader.path} is open for reading only; open it without readOnly to change it`)
    return this.#writer.run(body)
  }

  read<T>(body: (tx: StoreReader<Sql>) => Promise<T>): Promise<T> {
    return this.#snapshots.run(body)
  }

  async readApart<T>(body: (tx: StoreReader<Sql>) => Promise<T>, options?: ApartOptions): Promise<T> {
    const { apart, reader, health } = this.#parts
    if (!apart) return this.read(body)
    if (health.error) throw health.error
    return apart.read(reader.path, body, options)
  }

  async ping(): Promise<void> {
    const { health, file } = this.#parts
    if (file && !file.isInPlace()) health.refuse(file.error())
    await this.#snapshots.run((tx) => tx.database.get('SELECT 1'))
  }

  close(): Promise<void> {
    return (this.#closed ??= this.#close())
  }

  async #close(): Promise<void> {
    const { health, reader, writer } = this.#parts
    const settled = Promise.all([this.#writer?.settle(), this.#snapshots.settle()])
    health.close(reader.path)
    this.#parts.apart?.close()
    await settled
    reader.close()
    try {
      if (!health.fatal) writer?.connection.execute(CHECKPOINT)
    } catch (error) {
      this.#parts.runtime.log.warn('the log of the store could not be moved into its file; the next start does it', { error })
    }
    writer?.connection.close()
    writer?.lock.release()
  }
}
