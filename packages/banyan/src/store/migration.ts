import type { Dialect } from './sql.ts'

/** One step of a schema. Steps run once, in order, each in a transaction; an applied step must never be edited. */
export interface Migration {
  /** Stable name, e.g. `001-stock`. */
  readonly id: string
  /** Statements, separated by semicolons; one text for both databases, or one for each. */
  readonly sql: string | Readonly<Record<Dialect, string>>
}

/** Returns a migration's text for a dialect. */
export function migrationSql(migration: Migration, dialect: Dialect): string {
  return typeof migration.sql === 'string' ? migration.sql : migration.sql[dialect]
}
