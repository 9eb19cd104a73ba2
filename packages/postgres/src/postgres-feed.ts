import type { Logger } from 'banyan/kernel'
import { type Feed, type FeedReadOptions, firstBytes, LARGE_DATA_BYTES, READ_BYTES_MAX, type StoredEvent } from 'banyan/store'
import {
  columnsWith,
  pageBehind,
  refuseRemovedEvents,
  STORED_EVENT_COLUMNS,
  storedEvent,
  type StoredEventRow,
  TOKEN,
  unknownToken,
} from 'banyan/store/sql'
import type { EventTail } from './event-tail.ts'
import type { Parameter } from './values.ts'
import type { Row } from './wire-batch.ts'

/** What a feed is made with. */
export interface PostgresFeedOptions {
  readonly tail: EventTail
  readonly log: Logger
  /** Runs one statement on its own. */
  readonly query: (name: string, text: string, values: readonly Parameter[]) => Promise<Row[]>
  /** Asks to be told of other processes' events. Returns how to stop. */
  readonly listenToOthers: (listener: () => void) => () => void
}

/** Most events one read returns; a reader asks again for more. */
const READ_MAX = 1_000

/** The log of a service in PostgreSQL: rows of the outbox that have their position. */
export class PostgresFeed implements Feed {
  readonly #options: PostgresFeedOptions
  readonly #listeners = new Set<() => void>()
  #stopListening: (() => void) | undefined

  constructor(options: PostgresFeedOptions) {
    this.#options = options
  }

  async read(after: number, limit: number, options: FeedReadOptions = {}): Promise<StoredEvent[]> {
    const { afterId, types, bytesMax = READ_BYTES_MAX } = options
    const count = Math.max(0, Math.min(READ_MAX, Math.floor(limit)))
    if (count === 0) return []
    const known = this.#options.tail.read(after, count, afterId)
    if (known !== undefined) return firstBytes(known, bytesMax)
    const first = afterId === undefined ? after : after - 1
    const wanted = [after, bytesMax, types === undefined ? null : [...types]] as const
    const rows = (await this.#options.query('feed-read', READ, [first, count + (after - first), ...wanted])) as unknown as StoredEventRow[]
    if (afterId !== undefined)
      return pageBehind(rows, after, afterId, ({ event_id }) => event_id)
        .slice(0, count)
        .map(storedEvent)
    refuseRemovedEvents(rows, after)
    return rows.map(storedEvent)
  }

  async head(): Promise<number> {
    const rows = await this.#options.query('feed-head', 'SELECT position FROM banyan_sequencer', [])
    return (rows[0]?.['position'] as number | undefined) ?? 0
  }

  async positionOf(token: string): Promise<number | undefined> {
    const number = TOKEN.test(token) ? Number(token) : Number.NaN
    if (!Number.isSafeInteger(number)) throw unknownToken()
    const known = this.#options.tail.positionOf(number)
    if (known !== undefined) return known
    const [row] = await this.#options.query('feed-position', POSITION, [number])
    if (row?.['is_beyond'] === 1) throw unknownToken()
    if (row?.['is_there'] === 0) return 0
    return (row?.['position'] as number | null | undefined) ?? undefined
  }

  subscribe(listener: () => void): () => void {
    const entry = (): void => listener() // an own function each time, so that one listener may subscribe twice
    this.#listeners.add(entry)
    this.#stopListening ??= this.#options.listenToOthers(() => this.hint())
    return () => {
      this.#listeners.delete(entry)
      if (this.#listeners.size === 0) this.close()
    }
  }

  /** Tells the listeners that there may be new events. */
  hint(): void {
    for (const listener of this.#listeners) {
      try {
        listener()
      } catch (error) {
        this.#options.log.error('a listener of the feed threw', { error })
      }
    }
  }
  /** Stops listening to other processes. */
  close(): void {
    this.#stopListening?.()
    this.#stopListening = undefined
  }
}

/** One row always: the event, or whether its number is larger than all. An earlier number without a row was removed, or undone. */
const POSITION = `SELECT event.position, (event.number IS NOT NULL)::int AS is_there,
  ($1 > COALESCE((SELECT MAX(number) FROM banyan_outbox), 0))::int AS is_beyond
  FROM (SELECT 1) one LEFT JOIN banyan_outbox event ON event.number = $1`
/**
 * A page of $2 rows after $1, that ends with the one with which the data reach $4 bytes. Rows up to $3 are only compared; their data, and large
 * ones of types that are not in $5, stay where they are: a value that is stored apart is fetched only when it is sent.
 */
const READ = `SELECT ${columnsWith(STORED_EVENT_COLUMNS, { data: "CASE WHEN is_read THEN data ELSE '' END AS data" })}
  FROM (SELECT *, SUM(CASE WHEN is_read THEN octet_length(data) ELSE 0 END)
      OVER (ORDER BY position ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS bytes_before
    FROM (SELECT *, position > $3::bigint
        AND ($5::text[] IS NULL OR octet_length(data) <= ${LARGE_DATA_BYTES} OR type = ANY($5::text[])) AS is_read
      FROM banyan_outbox WHERE position > $1 ORDER BY position LIMIT $2) AS page) AS counted
  WHERE COALESCE(bytes_before, 0) < $4::bigint ORDER BY position`
