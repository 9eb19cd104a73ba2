import type { OpenSagas } from '../records/saga-records.ts'
import type { SqlReader } from '../sql.ts'
import { OPEN } from './saga-statements.ts'

/**
 * Tells how many sagas have not ended, `stuck` ones among them. For metrics. On SQLite those that rest, of which there may be any number, are kept
 * count of (`resting-sagas.ts`), because counting them would hold the process; only what runs is counted. PostgreSQL counts all, by an index.
 */
export function openSagas(sql: SqlReader): Promise<OpenSagas[]> {
  return sql.all<{ name: string; status: string; count: number }>(sql.dialect === 'sqlite' ? KEPT : COUNTED)
}

const COUNTED = `SELECT name, status, COUNT(*) AS count FROM banyan_saga WHERE ${OPEN} GROUP BY name, status ORDER BY name, status`

const KEPT = `SELECT name, status, SUM(count) AS count FROM (
    SELECT name, status, count FROM banyan_saga_resting
    UNION ALL SELECT name, status, COUNT(*) FROM banyan_saga WHERE ${OPEN} AND owner > '' GROUP BY name, status) AS part
  GROUP BY name, status HAVING SUM(count) > 0 ORDER BY name, status`
