import type { SqlReader } from '../sql.ts'

/** Events looked at: more than are made in a moment, in whatever order they were committed. */
const EVENTS_MAX = 1_000

/** Returns the highest id among the newest events of a service's log that is a UUID version 7; undefined when there is none. */
export async function newestId(sql: SqlReader): Promise<string | undefined> {
  const row = await sql.get<{ id: string | null }>(NEWEST[sql.dialect], EVENTS_MAX)
  return row?.id ?? undefined
}

const newest = (
  order: string,
): string => `SELECT MAX(event_id) AS id FROM (SELECT event_id FROM banyan_outbox ORDER BY ${order} DESC LIMIT ?) AS recent
  WHERE event_id LIKE '________-____-7___-____-____________'`

/** PostgreSQL gives positions after the commit. */
const NEWEST = { sqlite: newest('position'), postgres: newest('number') } as const
