import type { StoreSize } from '../records/log-records.ts'
import type { SqlReader } from '../sql.ts'

/** Measures a store without reading through its tables. For metrics and pages. */
export async function storeSize(sql: SqlReader): Promise<StoreSize> {
  const size = await sql.get<{ bytes: number; free: number }>(SIZE[sql.dialect])
  const log = await sql.get<{ oldest: number | null; newest: number | null; at: number | null }>(LOG)
  return {
    bytes: size?.bytes ?? 0,
    freeBytes: size?.free ?? 0,
    events: (log?.newest ?? 0) - (log?.oldest ?? 1) + 1,
    oldestEventAt: log?.at ?? undefined,
  }
}

const SIZE = {
  sqlite: `SELECT page_count * page_size AS bytes, freelist_count * page_size AS free
    FROM pragma_page_count(), pragma_page_size(), pragma_freelist_count()`,
  postgres: `SELECT CAST(COALESCE(SUM(pg_total_relation_size(oid)), 0) AS BIGINT) AS bytes, 0 AS free FROM pg_class
    WHERE relkind = 'r' AND relnamespace = CAST(current_schema() AS regnamespace)`,
} as const

/** Positions are dense, so the ends tell the number. Asked for one by one: SQLite finds the least and the greatest by the index only so. */
const LOG = `SELECT ends.oldest, ends.newest, o.occurred_at AS at FROM
  (SELECT (SELECT MIN(position) FROM banyan_outbox) AS oldest, (SELECT MAX(position) FROM banyan_outbox) AS newest) AS ends
  LEFT JOIN banyan_outbox AS o ON o.position = ends.oldest`
