import type { Logger } from 'banyan/kernel'
import type { Feed, StoredEvent } from 'banyan/store'
import {
  pageBehind,
  refuseRemovedEvents,
  STORED_EVENT_COLUMNS,
  storedEvent,
  type StoredEventRow,
  TOKEN,
  unknownToken,
} from 'banyan/store/sql'
import type { EventTail } from './event-tail.ts'
import type { Row } from './wire-batch.ts'

/** What a feed is made with. */
export interface PostgresFeedOptions {
  readonly tail: EventTail
  readonly log: Logger
  /** Runs one statement on its own. */
  readonly query: (name: string, text: string, values: readonly (string | number)[]) => Promise<Row[]>
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

  async read(after: number, limit: number, afterId?: string): Promise<StoredEvent[]> {
    const count = Math.max(0, Math.min(READ_MAX, Math.floor(limit)))
    if (count === 0) return []
    const known = this.#options.tail.read(after, count, afterId)
    if (known !== undefined) return known
    return (afterId === undefined ? await this.#page(after, count) : await this.#pageBehind(after, count, afterId)).map(storedEvent)
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

  async #page(after: number, count: number): Promise<readonly StoredEventRow[]> {
    const rows = (await this.#options.query('feed-read', READ, [after, count])) as unknown as StoredEventRow[]
    refuseRemovedEvents(rows, after)
    return rows
  }
  async #pageBehind(after: number, count: number, afterId: string): Promise<readonly StoredEventRow[]> {
    const rows = await this.#options.query('feed-read', READ, [after - 1, count + 1])
    return pageBehind(rows as unknown as StoredEventRow[], after, afterId).slice(0, count)
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
const READ = `SELECT ${STORED_EVENT_COLUMNS} FROM banyan_outbox WHERE position > $1 ORDER BY position LIMIT $2`
