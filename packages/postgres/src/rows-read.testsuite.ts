import type { Client } from 'pg'
import type { Sql, SqlValue } from 'banyan/store'
import { numberPlaceholders } from './statement-text.ts'

interface PlanNode {
  readonly 'Node Type': string
  readonly 'Actual Rows': number
  readonly 'Actual Loops': number
  readonly 'Rows Removed by Filter'?: number
  readonly 'Rows Removed by Index Recheck'?: number
  readonly Plans?: readonly PlanNode[]
}

/** Put before a statement to run it and be told its plan instead of its answer; see {@link rowsOfPlan}. */
export const EXPLAIN = 'EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON)'

/** Runs statements one by one, answers as an empty database would, and counts the rows that PostgreSQL reads in tables and indexes. */
export function countingSql(client: Client): { readonly sql: Sql; readonly rows: () => number } {
  let rows = 0
  const note = async (query: string, values: readonly SqlValue[]): Promise<void> => {
    const answer = await client.query<{ 'QUERY PLAN': object }>(`${EXPLAIN} ${numberPlaceholders(query)}`, [...values])
    rows += rowsOfPlan(answer.rows[0]!['QUERY PLAN'])
  }
  const sql: Sql = {
    dialect: 'postgres',
    get: (query, ...values) => note(query, values).then(() => undefined),
    all: (query, ...values) => note(query, values).then(() => []),
    run: (query, ...values) => note(query, values).then(() => 1),
    write: (query) => {
      throw new Error(`nobody waits for the plan of ${query}`)
    },
  }
  return { sql, rows: () => rows }
}

/** Rows that a statement read in tables and indexes, from what {@link EXPLAIN} answered. */
export function rowsOfPlan(explained: object): number {
  const [{ Plan: plan }] = explained as [{ readonly Plan: PlanNode }]
  return scanned(plan)
}

function scanned(node: PlanNode): number {
  const inside = (node.Plans ?? []).reduce((sum, plan) => sum + scanned(plan), 0)
  if (!node['Node Type'].endsWith('Scan')) return inside
  const each = node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0)
  return inside + Math.ceil(each * node['Actual Loops'])
}
