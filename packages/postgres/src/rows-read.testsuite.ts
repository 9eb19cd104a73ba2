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

/** Runs statements one by one, answers as an empty database would, and counts the rows that PostgreSQL reads in tables and indexes. */
export function countingSql(client: Client): { readonly sql: Sql; readonly rows: () => number } {
  let rows = 0
  const note = async (query: string, values: readonly SqlValue[]): Promise<void> => {
    rows += await rowsRead(client, query, values)
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

async function rowsRead(client: Client, query: string, values: readonly SqlValue[]): Promise<number> {
  const explained = `EXPLAIN (ANALYZE, FORMAT JSON) ${numberPlaceholders(query)}`
  const answer = await client.query<{ 'QUERY PLAN': { Plan: PlanNode }[] }>(explained, [...values])
  return scanned(answer.rows[0]!['QUERY PLAN'][0]!.Plan)
}

function scanned(node: PlanNode): number {
  const inside = (node.Plans ?? []).reduce((sum, plan) => sum + scanned(plan), 0)
  if (!node['Node Type'].endsWith('Scan')) return inside
  const each = node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0)
  return inside + Math.ceil(each * node['Actual Loops'])
}
