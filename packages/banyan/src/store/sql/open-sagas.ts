import type { SqlReader } from '../sql.ts'

/** How many sagas of one kind have not ended, by status. */
export interface OpenSagas {
  readonly name: string
  readonly status: string
  readonly count: number
}

/** Counts the sagas that have not ended, `stuck` ones among them, by the index of these alone. For metrics. */
export function openSagas(sql: SqlReader): Promise<OpenSagas[]> {
  return sql.all<{ name: string; status: string; count: number }>(OPEN)
}

/** The condition is that of the index, word for word: otherwise ended sagas are read too. */
const OPEN = `SELECT name, status, COUNT(*) AS count FROM banyan_saga WHERE status NOT IN ('completed', 'compensated')
  GROUP BY name, status ORDER BY name, status`
