import type { Logger } from '../../kernel/logger.ts'
import type { Feed, StoredEvent } from '../feed.ts'
import { boundedLimit } from '../sql/bounded-limit.ts'
import { pageBehind } from '../sql/log-history.ts'
import { STORED_EVENT_COLUMNS, storedEvent, type StoredEventRow } from '../sql/outbox-table.ts'
import { TOKEN, unknownToken } from '../sql/token.ts'
import { refuseRemovedEvents } from '../sql/removed-events.ts'
import type { EventTail } from './event-tail.ts'
import type { SnapshotQueue } from './snapshot-queue.ts'

const READ = `SELECT ${STORED_EVENT_COLUMNS} FROM banyan_outbox WHERE position > ? ORDER BY position LIMIT ?`
const HEAD = "SELECT seq AS head FROM sqlite_sequence WHERE name = 'banyan_outbox'"

/**
 * The log of a SQLite store. One writer commits at a time, so the row's number is the position and row order is commit order.
 * Invariant: an event enters the tail after its commit only, so that nothing is readable before it is durable (S7).
 */
export class SqliteFeed implements Feed {
  readonly #snapshots: SnapshotQueue
  readonly #log: Logger
  readonly #listeners = new Set<() => void>()
  readonly #tail: EventTail | undefined

  /** `tail` is undefined where another process writes: then everything is read from the file. */
  constructor(snapshots: SnapshotQueue, log: Logger, tail: EventTail | undefined) {
    this.#snapshots = snapshots
    this.#log = log
    this.#tail = tail
  }

  async read(after: number, limit: number, afterId?: string): Promise<StoredEvent[]> {
    this.#snapshots.assertUsable()
    return this.#tail?.read(after, boundedLimit(limit), afterId) ?? this.#readFile(after, boundedLimit(limit), afterId)
  }

  async head(): Promise<number> {
    this.#snapshots.assertUsable()
    return this.#tail?.head ?? (await this.#snapshots.run((tx) => tx.sql.get<{ head: number }>(HEAD)))?.head ?? 0
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

  /** Makes committed events readable. */
  append(events: readonly StoredEvent[]): void {
    this.#tail?.append(events)
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

  async #readFile(after: number, limit: number, afterId: string | undefined): Promise<StoredEvent[]> {
    if (afterId !== undefined) {
      const rows = await this.#snapshots.run((tx) => tx.sql.all<StoredEventRow>(READ, after - 1, limit + 1))
      return pageBehind(rows, after, afterId).slice(0, limit).map(storedEvent)
    }
    const rows = await this.#snapshots.run((tx) => tx.sql.all<StoredEventRow>(READ, after, limit))
    refuseRemovedEvents(rows, after)
    return rows.map(storedEvent)
  }
}
