import type { Logger } from '../../kernel/logger.ts'
import { type Feed, type FeedReadOptions, LARGE_DATA_BYTES, READ_BYTES_MAX, type StoredEvent } from '../records/feed.ts'
import { firstBytes } from '../records/feed-page.ts'
import { boundedLimit } from '../records/bounded-limit.ts'
import { pageBehind } from '../records/page-history.ts'
import { storedEvent, type StoredEventRow } from '../sql/outbox-table.ts'
import { positionOfToken } from '../records/token.ts'
import { FeedListeners } from '../records/feed-listeners.ts'
import { refuseRemovedEvents } from '../records/removed-events.ts'
import type { StoreReader } from '../store.ts'
import type { EventTail } from './event-tail.ts'
import type { SnapshotQueue } from './snapshot-queue.ts'
import type { Sql } from '../sql.ts'

/** Columns that stand in a row's first page. */
const HEADER = 'position, event_id, type, version, event_key, occurred_at'
/** Data, and what stands behind them in the row: of a large event they are spread over pages that must be walked through. */
const BODY = ['data', 'correlation_id', 'causation_id', 'traceparent'] as const
/** A page without what is large: bounded by its rows. The length of data stands in the row's header. */
const READ = `SELECT ${HEADER}, ${BODY.map((column) => `CASE WHEN octet_length(data) <= ${LARGE_DATA_BYTES} THEN ${column} END AS ${column}`).join(', ')}
  FROM banyan_outbox WHERE position > ? ORDER BY position LIMIT ?`
const READ_BODY = `SELECT ${BODY.join(', ')} FROM banyan_outbox WHERE position = ?`
/** What an event has instead of a body that nobody asked for. */
const NO_BODY: Body = { data: '', correlation_id: '', causation_id: '', traceparent: '' }

type Body = Pick<StoredEventRow, (typeof BODY)[number]>
/** The body is null where it is large. */
type PageRow = Omit<StoredEventRow, keyof Body> & { readonly [Column in keyof Body]: Body[Column] | null }

const HEAD = "SELECT seq AS head FROM sqlite_sequence WHERE name = 'banyan_outbox'"

/**
 * The log of a SQLite store. One writer commits at a time, so the row's number is the position and row order is commit order.
 * Invariant: an event enters the tail after its commit only, so that nothing is readable before it is durable (S7).
 */
export class SqliteFeed implements Feed {
  readonly #snapshots: SnapshotQueue
  readonly #listeners: FeedListeners
  readonly #tail: EventTail | undefined

  /** `tail` is undefined where another process writes: then everything is read from the file. */
  constructor(snapshots: SnapshotQueue, log: Logger, tail: EventTail | undefined) {
    this.#snapshots = snapshots
    this.#listeners = new FeedListeners(log)
    this.#tail = tail
  }

  async read(after: number, limit: number, options: FeedReadOptions = {}): Promise<StoredEvent[]> {
    this.#snapshots.assertUsable()
    const recent = this.#tail?.read(after, boundedLimit(limit), options.afterId)
    return recent ? firstBytes(recent, options.bytesMax ?? READ_BYTES_MAX) : this.#readFile(after, boundedLimit(limit), options)
  }

  async head(): Promise<number> {
    this.#snapshots.assertUsable()
    return this.#tail?.head ?? (await this.#snapshots.run((tx) => tx.database.get<{ head: number }>(HEAD)))?.head ?? 0
  }

  positionOf(token: string): Promise<number | undefined> {
    return positionOfToken(token, () => this.head())
  }

  subscribe(listener: () => void): () => void {
    return this.#listeners.add(listener)
  }

  /** Makes committed events readable. */
  append(events: readonly StoredEvent[]): void {
    this.#tail?.append(events)
  }

  /** Tells the listeners that there is something new. */
  notify(): void {
    this.#listeners.notify()
  }

  #readFile(after: number, limit: number, options: FeedReadOptions): Promise<StoredEvent[]> {
    return this.#snapshots.run(async (tx) => withBodies(tx, await pageOf(tx, after, limit, options.afterId), options))
  }
}

async function pageOf(
  { database: sql }: StoreReader<Sql>,
  after: number,
  limit: number,
  afterId: string | undefined,
): Promise<readonly PageRow[]> {
  if (afterId !== undefined) return pageBehind(await sql.all<PageRow>(READ, after - 1, limit + 1), after, afterId, eventId).slice(0, limit)
  const rows = await sql.all<PageRow>(READ, after, limit)
  refuseRemovedEvents(rows, after)
  return rows
}

/** Reads the large bodies that are asked for, one by one, until there are bytes enough. */
async function withBodies({ database: sql }: StoreReader<Sql>, page: readonly PageRow[], options: FeedReadOptions): Promise<StoredEvent[]> {
  const { types, bytesMax = READ_BYTES_MAX } = options
  if (page.every(isWhole)) return firstBytes(page.map(storedEvent), bytesMax)
  const events: StoredEvent[] = []
  let bytes = 0
  for (const row of page) {
    const isWanted = types === undefined || types.has(row.type)
    const whole = isWhole(row) ? row : { ...row, ...((isWanted ? await sql.get<Body>(READ_BODY, row.position) : undefined) ?? NO_BODY) }
    events.push(storedEvent(whole))
    bytes += Buffer.byteLength(whole.data)
    if (bytes >= bytesMax) break
  }
  return events
}

function eventId({ event_id }: PageRow): string {
  return event_id
}

function isWhole(row: PageRow): row is StoredEventRow {
  return row.data !== null
}
