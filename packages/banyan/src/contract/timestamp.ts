import { Type } from 'typebox'
import { declareMeaning } from './text.ts'

const WRITTEN = String.raw`^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$`
const READ = String.raw`^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:[0-5]\d(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})$`
/** Nine digits of a second and an offset. */
const READ_LENGTH_MAX = 35

const READ_MEANING =
  'must be a moment as RFC 3339 writes it, e.g. 2026-11-30T09:00:00Z or 2026-11-30T10:00:00+01:00, where + is %2B in a URL'

declareMeaning(WRITTEN, 'must be a moment in UTC with milliseconds, e.g. 2026-11-30T09:00:00.000Z')
declareMeaning('date-time', READ_MEANING)
declareMeaning(READ, READ_MEANING)

/** A moment in an answer: ISO 8601 in UTC with milliseconds, e.g. `2026-11-30T09:00:00.000Z`, so that texts sort as moments do. See {@link toTimestamp}. */
export const Timestamp = Type.String({ format: 'date-time', pattern: WRITTEN, minLength: 24, maxLength: 24 })

/** A moment that a caller gives: RFC 3339, in UTC or with an offset; what is finer than a millisecond does not count. See {@link fromTimestamp}. */
export const GivenTimestamp = Type.String({ format: 'date-time', pattern: READ, maxLength: READ_LENGTH_MAX })

/** Writes epoch milliseconds as {@link Timestamp}. */
export function toTimestamp(epochMs: number): string {
  return new Date(epochMs).toISOString()
}

/** Writes epoch milliseconds as {@link Timestamp}, and nothing as nothing. */
export function toTimestampOrNull(epochMs: number | null): string | null {
  return epochMs === null ? null : toTimestamp(epochMs)
}

/** Reads a checked {@link Timestamp} or {@link GivenTimestamp} as epoch milliseconds. */
export function fromTimestamp(text: string): number {
  return Date.parse(text)
}
