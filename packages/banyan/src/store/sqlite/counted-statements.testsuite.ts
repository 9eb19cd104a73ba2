import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Sql, SqlValue } from '../sql.ts'

/** Runs statements one by one and counts the steps that SQLite's machine takes: at least one for each row that it looks at. */
export function countingSql(database: DatabaseSync): { readonly sql: Sql; readonly steps: () => number } {
  let steps = 0
  function counted<T>(query: string, run: (statement: StatementSync) => T): T {
    const statement = database.prepare(query)
    const answer = run(statement)
    steps += stepsOf(statement)
    return answer
  }
  const run = (query: string, values: readonly SqlValue[]): number => counted(query, (each) => Number(each.run(...values).changes))
  const sql: Sql = {
    dialect: 'sqlite',
    get: async <R>(query: string, ...values: readonly SqlValue[]) => counted(query, (each) => each.get(...values)) as R | undefined,
    all: async <R>(query: string, ...values: readonly SqlValue[]) => counted(query, (each) => each.all(...values)) as R[],
    run: async (query, ...values) => run(query, values),
    write: (query, ...values) => void run(query, values),
  }
  return { sql, steps: () => steps }
}

/** Steps that a statement has taken since it was prepared. The types of Node do not know of it yet. */
export function stepsOf(statement: StatementSync): number {
  return (statement as StatementSync & { stat(counter: 'vmStep'): number }).stat('vmStep')
}
