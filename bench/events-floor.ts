import { EVENT_KEYS } from './event-rows.ts'
import type { EventFigures } from './events.ts'
import { percentile } from './spread.ts'

/** The bare tables of a log and of a reader, written by hand for this one case: no contracts, no consumers, no retries, no hints. */
export interface EventBooks extends AsyncDisposable {
  /** Appends events to the log in one synced commit. */
  emit(numbers: readonly number[]): Promise<void> | void
  /** Reads up to `limit` events behind the reader's cursor; counts each in its table and moves the cursor, in one synced commit. Returns how many there were. */
  handle(limit: number): Promise<number> | number
  /** Fills an empty log. */
  fill(events: number): Promise<void> | void
  /** Events that the reader's table counts by now. */
  counted(): Promise<number> | number
}

/** Events of a measurement: one at a time, and many of which {@link GROUP} share each commit. */
export interface EventCounts {
  readonly singles: number
  readonly many: number
}

/** Events that share a commit where as many are under way at once. */
const GROUP = 64
/** Events that a projection of ours reads at once and applies in one commit. */
const PAGE = 256

/** Measures what events take at least: `singles` one after another, then `many` in groups. */
export async function benchEventsFloor(books: EventBooks, { singles, many }: EventCounts): Promise<EventFigures> {
  const times: number[] = []
  for (let number = 0; number < singles; number++) {
    await books.emit([number])
    const committed = performance.now()
    await books.handle(1)
    times.push(performance.now() - committed)
  }
  times.sort((a, b) => a - b)
  const started = performance.now()
  for (let first = 0; first < many; first += GROUP) {
    const numbers = Array.from({ length: Math.min(GROUP, many - first) }, (_, index) => first + index)
    await books.emit(numbers)
    await books.handle(GROUP)
  }
  const eventsPerSecond = (many / (performance.now() - started)) * 1_000
  await refuseOthers(books, singles + many)
  return { p50Ms: percentile(times, 0.5), p99Ms: percentile(times, 0.99), eventsPerSecond }
}

/** Fills the log with `events` and reads it in pages from its beginning; returns events per second. */
export async function benchCatchUpFloor(books: EventBooks, events: number): Promise<number> {
  await books.fill(events)
  const started = performance.now()
  let page = PAGE
  while (page === PAGE) page = await books.handle(PAGE)
  const eventsPerSecond = (events / (performance.now() - started)) * 1_000
  await refuseOthers(books, events)
  return eventsPerSecond
}

/** Values of an event as the services write it: same columns, same lengths. */
export function eventValues(number: number): readonly (string | number)[] {
  const id = `01900000-0000-7000-8000-${String(number).padStart(12, '0')}`
  const key = `k${number % EVENT_KEYS}`
  const traceparent = `00-${id.replaceAll('-', '')}-00f067aa0ba902b7-01`
  return [id, 'thing.done', 1, key, Date.now(), JSON.stringify({ key, number }), id, id, traceparent]
}

/** Key that a handler finds in an event's data. */
export function keyOf(data: string): string {
  return (JSON.parse(data) as { key: string }).key
}

// A floor that does less than the work is none.
async function refuseOthers(books: EventBooks, expected: number): Promise<void> {
  const counted = await books.counted()
  if (counted !== expected) throw new Error(`the bare loop handled ${counted} events instead of ${expected}`)
}
