import { misuse } from '../kernel/error.ts'
import { onlyOptions, partsOf, shownValue } from '../kernel/form.ts'
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

const STORE = partsOf<StoreDefinition>({ migrations: true, repository: true })

/** Defines a service's store. Migrations run at start, in order, once. Throws `misuse` for parts that a store does not have, or lacks. */
export function store<R extends object>(definition: StoreDefinition<R>): StoreDefinition<R> {
  onlyOptions('store()', definition, STORE)
  if (!Array.isArray(definition.migrations)) misuse(`store() has migrations ${shownValue(definition.migrations)}; give a list`)
  if (typeof definition.repository !== 'function')
    misuse(`store() has repository ${shownValue(definition.repository)}; give a function of sql, e.g. () => ({})`)
  return definition
}

/** The store of a service that keeps nothing of its own. */
export const noTables: StoreDefinition<object> = { migrations: [], repository: () => ({}) }
