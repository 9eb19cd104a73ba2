import type { Migration } from './migration.ts'
import type { Sql } from './sql.ts'

/**
 * A service's tables and how its handlers speak of them.
 * `repository` turns plain SQL into the service's own words, e.g. `{ stock: { take, release } }`; handlers find them on `tx`.
 */
export interface StoreDefinition<R extends object = object> {
  readonly migrations: readonly Migration[]
  readonly repository: (sql: Sql) => R
}

/** Defines a service's store. Migrations run at start, in order, once. */
export function store<R extends object>(definition: StoreDefinition<R>): StoreDefinition<R> {
  return definition
}

/** The store of a service that keeps nothing of its own. */
export const noTables: StoreDefinition<object> = { migrations: [], repository: () => ({}) }
