/** Columns of an event in its log, besides its position. */
export const EVENT_COLUMNS = 'event_id, type, version, event_key, occurred_at, data, correlation_id, causation_id, traceparent'

/** Keys of the events: enough that handlers of different ones run at once. */
export const EVENT_KEYS = 1_000

/** Events in one statement of a filled log. */
const FILLED_AT_ONCE = 50_000

/** Returns the statement that puts events of the positions from `?` to `?` into a log, the same on both databases. */
export function fillStatement(log: string): string {
  return `WITH RECURSIVE numbers (n) AS (SELECT CAST(? AS BIGINT) UNION ALL SELECT n + 1 FROM numbers WHERE n < ?)
    INSERT INTO ${log} (position, ${EVENT_COLUMNS})
    SELECT n, 'event-' || n, 'thing.done', 1, 'k' || (n % ${EVENT_KEYS}), 0, '{"key":"k' || (n % ${EVENT_KEYS}) || '","number":1}', 'flow-' || n, '', ''
    FROM numbers`
}

/** Returns the first and the last position of each statement that fills a log with `events`. */
export function fillRanges(events: number): readonly (readonly [number, number])[] {
  return Array.from({ length: Math.ceil(events / FILLED_AT_ONCE) }, (_, index) => [
    index * FILLED_AT_ONCE + 1,
    Math.min(events, (index + 1) * FILLED_AT_ONCE),
  ])
}
