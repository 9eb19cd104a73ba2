import type { Dialect } from './sql.ts'

/** One step by which an engine is made ready for a service's data. Steps run once, in order; an applied step must never be edited. */
export interface SchemaStep {
  /** Stable name, e.g. `001-stock`. */
  readonly id: string
}

/** One step of a schema in SQL; each runs in a transaction. */
export interface Migration extends SchemaStep {
  /** Statements, separated by semicolons; one text for both databases, or one for each. */
  readonly sql: string | Readonly<Record<Dialect, string>>
}

/** Returns a migration's text for a dialect. */
export function migrationSql(migration: Migration, dialect: Dialect): string {
  return typeof migration.sql === 'string' ? migration.sql : migration.sql[dialect]
}
