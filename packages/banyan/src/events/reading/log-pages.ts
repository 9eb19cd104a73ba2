import type { ByteBudget } from '../../kernel/byte-budget.ts'
import type { Feed, StoredEvent } from '../../store/records/feed.ts'
import { firstBytes, reachesBytes } from '../../store/records/feed-page.ts'
import { bytesOf } from './held-bytes.ts'

/** What a reader gets. */
export interface LogPage {
  readonly events: StoredEvent[]
  /** Whether there may be more to read at once. */
  readonly more: boolean
}

/** How to read the next page; see `FeedReadOptions`. */
export interface PageRequest {
  readonly after: number
  readonly afterId: string | undefined
  readonly limit: number
  readonly bytesMax: number
}

/** One reader of a log among those of the process. */
export interface LogReader {
  /** Reads a page. Throws what the feed throws. */
  read(request: PageRequest): Promise<LogPage>
  /** Leaves: nothing is kept for it any more. */
  close(): void
}

/** A page that was full, so that it never changes. */
interface KeptPage extends PageRequest {
  readonly events: StoredEvent[]
  /** Types whose data it has. */
  readonly types: ReadonlySet<string>
  /** Position of its last event. */
  readonly end: number
  readonly bytes: number
}

/** A read under way. */
interface SharedRead {
  readonly afterId: string | undefined
  readonly types: ReadonlySet<string>
  readonly page: Promise<readonly StoredEvent[]>
}

/** Position after which a reader reads next. */
interface Place {
  after: number
  readonly types: ReadonlySet<string>
}

/**
 * The log of one service for all its readers in this process: what one has read, the others get from memory while they are close behind.
 *
 * - L1 Data of types that none of the readers handles are not read.
 * - L2 Only full pages are shared. One that ends where the log ended may be out of date, and would hide what a hint has announced.
 * - L3 A page is kept only for readers that have not come to its end, and within the process's budget.
 */
export class LogPages {
  readonly #feed: Feed
  readonly #budget: ByteBudget
  readonly #readers = new Set<Place>()
  readonly #reading = new Map<number, SharedRead>()
  #types: ReadonlySet<string> = new Set()
  #kept: KeptPage[] = []

  constructor(feed: Feed, budget: ByteBudget) {
    this.#feed = feed
    this.#budget = budget
  }

  /** Adds a reader that handles `types`. */
  open(types: Iterable<string>): LogReader {
    const place: Place = { after: -1, types: new Set(types) }
    this.#readers.add(place)
    this.#add(place.types)
    return {
      read: (request) => this.#read(place, request),
      close: () => {
        this.#readers.delete(place)
        this.#leave(place.types)
        this.#forgetPassed()
      },
    }
  }

  /** Pages that were read for other types are of no use any more. */
  #add(types: Iterable<string>): void {
    const all = new Set([...this.#types, ...types])
    if (all.size === this.#types.size) return
    this.#types = all
    for (const page of this.#kept) this.#budget.release(page.bytes)
    this.#kept = []
  }

  /** Types that no reader handles any more are not read (L1). Pages that have their data stay: the others get what they need from them. */
  #leave(types: ReadonlySet<string>): void {
    const left = new Set<string>()
    for (const reader of this.#readers) for (const type of reader.types) left.add(type)
    if (types.isSubsetOf(left)) return
    this.#types = left
  }

  async #read(place: Place, request: PageRequest): Promise<LogPage> {
    const shared = this.#find(request) ?? this.#join(request)
    const page = (shared && (await shared)) ?? (await this.#fetch(request))
    place.after = page.events.at(-1)?.position ?? request.after
    if (this.#kept.length > 0) this.#forgetPassed()
    return page
  }

  #find(request: PageRequest): LogPage | undefined {
    for (const page of this.#kept) {
      const part = partOf(page, request)
      if (part) return part
    }
    return undefined
  }

  /** Waits for another reader's read of the same page; if it fails, this one reads by itself. An empty one says nothing: it may have begun before what this reader was told of. */
  #join({ after, afterId, limit, bytesMax }: PageRequest): Promise<LogPage | undefined> | undefined {
    const reading = this.#reading.get(after)
    if (!reading || reading.afterId !== afterId || reading.types !== this.#types) return undefined
    return reading.page.then((events) =>
      events.length > 0 ? { events: firstBytes(events.slice(0, limit), bytesMax), more: true } : undefined,
    )
  }

  async #fetch(request: PageRequest): Promise<LogPage> {
    const { after, afterId, limit, bytesMax } = request
    const types = this.#types
    const read = this.#feed.read(after, limit, { afterId, types, bytesMax })
    const isShared = this.#readers.size > 1 && !this.#reading.has(after)
    if (isShared) this.#reading.set(after, { afterId, types, page: read.catch(() => []) })
    try {
      const events = await read
      const more = events.length >= limit || reachesBytes(events, bytesMax)
      if (isShared && more) this.#keep(keptPage(request, types, events))
      return { events, more }
    } finally {
      if (isShared) this.#reading.delete(after)
    }
  }

  /** Keeps a page if it may be passed on, and older ones that make room for it go. */
  #keep(page: KeptPage): void {
    if (page.types !== this.#types || page.end !== page.after + page.events.length) return
    if (this.#kept.some(({ after, afterId }) => after === page.after && afterId === page.afterId)) return
    while (page.bytes > this.#budget.left && this.#kept.length > 0) this.#budget.release((this.#kept.shift() as KeptPage).bytes)
    if (page.bytes > this.#budget.left) return
    this.#budget.take(page.bytes)
    this.#kept.push(page)
  }

  #forgetPassed(): void {
    let slowest = Infinity
    for (const { after } of this.#readers) slowest = Math.min(slowest, after)
    const kept = this.#kept.filter(({ end }) => end > slowest)
    if (kept.length === this.#kept.length) return
    for (const { end, bytes } of this.#kept) if (end <= slowest) this.#budget.release(bytes)
    this.#kept = kept
  }
}

/** A log belongs to a store that one platform has opened, so that two platforms in one process never share pages; they go with it. */
const pagesByFeed = new WeakMap<Feed, LogPages>()

/** Returns the pages of a log that all of its readers in this process share. The first to ask says within which budget. */
export function logPages(feed: Feed, budget: ByteBudget): LogPages {
  const known = pagesByFeed.get(feed)
  if (known) return known
  const pages = new LogPages(feed, budget)
  pagesByFeed.set(feed, pages)
  return pages
}

function keptPage(request: PageRequest, types: ReadonlySet<string>, events: StoredEvent[]): KeptPage {
  return { ...request, types, events, end: events.at(-1)?.position ?? request.after, bytes: bytesOf(events) }
}

/** The part of a page that answers a request; undefined when it has none, or does not know the event that the reader names. */
function partOf({ after, afterId, events, end }: KeptPage, request: PageRequest): LogPage | undefined {
  if (request.after < after || request.after >= end) return undefined
  const offset = request.after - after
  const known = offset === 0 ? afterId : events[offset - 1]?.id
  if (request.afterId !== known && request.afterId !== undefined) return undefined
  return { events: firstBytes(events.slice(offset, offset + request.limit), request.bytesMax), more: true }
}
